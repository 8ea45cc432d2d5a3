"""Values that nobody else writes, planted to be searched for: as they are, and in every form that software logs."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus


@dataclass(frozen=True)
class Found:
    """A planted value in a file: what it is called, and how it stands there."""

    name: str
    form: str
    path: Path
    around: bytes

    def __str__(self) -> str:
        return f"{self.name} ({self.form}) in {self.path}: {self.around!r}"


def search(planted: dict[str, str], files: Iterable[Path]) -> list[Found]:
    """Every form of each value (by what it is called) in the files, upper and lower case alike; the first in each."""
    needles = [(name, form, needle) for name, value in planted.items() for form, needle in forms(value)]
    found = []
    for path in files:
        content = path.read_bytes()
        lower = content.lower()
        for name, form, needle in needles:
            # Base64 tells cases apart.
            at = content.find(needle) if form.startswith("base64") else lower.find(needle.lower())
            if at >= 0:
                found.append(Found(name, form, path, content[max(0, at - 200) : at + len(needle) + 80]))
    return found


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """A value as text, in URLs, JSON, Python's representations, hexadecimal and Base64 (in each of its alignments)."""
    raw = value.encode()
    written = {
        "text": raw,
        "url": quote(value, safe="").encode(),
        "url of a form": quote_plus(value).encode(),
        "json": json.dumps(value)[1:-1].encode(),
        "json twice": json.dumps(json.dumps(value))[3:-3].encode(),
        "bytes": repr(raw)[2:-1].encode(),
        "utf-16": value.encode("utf-16-le"),
        "hexadecimal": raw.hex().encode(),
    }
    for shift in range(3):
        # Only those characters that what stands before and behind does not change.
        padded = base64.b64encode(b"\0" * shift + raw)
        kept = padded[(shift * 8 + 5) // 6 : len(padded.rstrip(b"=")) - 1]
        written[f"base64, {shift}"] = kept
        written[f"base64 of URLs, {shift}"] = kept.translate(bytes.maketrans(b"+/", b"-_"))
    seen = set[bytes]()
    for form, needle in written.items():
        if needle not in seen:
            seen.add(needle)
            yield form, needle
