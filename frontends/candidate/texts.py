"""The page's texts: one JSON file for each prefix of keys and language, the same keys in each language."""

import json
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[tuple[Language, str], ...] = (("zh", "中文"), ("en", "English"))

_FOLDER = Path(__file__).with_name("texts")


@cache
def texts(language: Language) -> dict[str, str]:
    """Every text of a language by its key; raises ValueError where two files have the same key."""
    found: dict[str, str] = {}
    for path in sorted((_FOLDER / language).glob("*.json")):
        for key, text in json.loads(path.read_text(encoding="utf-8")).items():
            if key in found:
                raise ValueError(f"{path.name} has the key {key} once more")
            found[key] = text
    return found


def preferred(asked: str | None, accepted: str) -> Language:
    """The language to answer in: the one asked for, or the first that the browser accepts (Accept-Language)."""
    for language, _ in LANGUAGES:
        if asked == language:
            return language
    wishes = [_wish(part) for part in accepted.split(",")]
    for name, quality in sorted(wishes, key=lambda wish: -wish[1]):
        primary = name.partition("-")[0].lower()
        if quality > 0 and primary in ("zh", "en"):
            return "zh" if primary == "zh" else "en"
    return "en"


def _wish(part: str) -> tuple[str, float]:
    """A language range and its quality (RFC 9110, 12.5.4)."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0
