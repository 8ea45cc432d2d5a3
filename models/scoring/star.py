"""What the four parts of a told experience sound like: star.toml, read once."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One part: its name per language, its share of the structure score, sentences typical of it, and cue words."""

    code: str
    name: dict[str, str]
    weight: float
    prototypes: tuple[str, ...]
    cues: re.Pattern[str]


def _read() -> tuple[Part, ...]:
    tables = tomllib.loads(Path(__file__).with_name("star.toml").read_text())
    return tuple(
        Part(
            code,
            table["name"],
            table["weight"],
            tuple(table["prototypes"]),
            re.compile(rf"\b(?:{'|'.join(table['english_cues'])})\b|{'|'.join(table['chinese_cues'])}", re.IGNORECASE),
        )
        for code, table in tables.items()
    )


PARTS = _read()
