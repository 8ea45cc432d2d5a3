"""A résumé's sections, by its headings."""

import re
import tomllib
from pathlib import Path
from typing import get_args

from models.language.terms import CJK, normal
from models.resume.resume import Section, SectionKind

LONGEST_HEADING = 40
_JOINTS = re.compile(r"[&/+,，、|｜]|\band\b|[与及和]")
_NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,2}[、.章节]|[（(][一二三四五六七八九十\d]{1,2}[)）]|\d{1,2}[、.)])"
)
_WRITING = re.compile(f"[{CJK}]+|[^{CJK}]+")
_OPENING = re.compile(r"([^:：]{1,40})[:：](.*)", re.DOTALL)


def split_sections(text: str) -> tuple[Section, ...]:
    """Split a clean text at the lines that are headings; what stands before the first is `other` without a title.

    A heading may open its line ("Skills: Excel, SQL"); of those only skills count, since a job's description is full
    of others ("Project: ..."). A heading with nothing below it is left out.
    """
    sections: list[Section] = []
    kind: SectionKind = "other"
    title = ""
    lines: list[str] = []
    for line in text.split("\n"):
        found, rest = _heading(line)
        if found is None:
            lines.append(line)
            continue
        sections.append(Section(kind=kind, title=title, text="\n".join(lines).strip()))
        kind, title, lines = found, line.removesuffix(rest).strip(), [rest]
    sections.append(Section(kind=kind, title=title, text="\n".join(lines).strip()))
    return tuple(section for section in sections if section.text)


def _heading(line: str) -> tuple[SectionKind | None, str]:
    """The kind that a line opens and what follows the heading on it."""
    whole = _kind(line)
    if whole is not None:
        return whole, ""
    opening = _OPENING.match(line)
    if opening is not None and _kind(opening[1]) == "skills":
        return "skills", opening[2]
    return None, ""


def _kind(heading: str) -> SectionKind | None:
    """What a heading announces: of several joined ones the first's, and None unless all of it is headings."""
    if len(heading) > LONGEST_HEADING:
        return None
    plain = _NUMBERING.sub("", heading.strip().strip("#*【】[]■●◆▶★— ")).lower()
    if _key(plain) in _KINDS:
        return _KINDS[_key(plain)]
    parts = [_key(run) for part in _JOINTS.split(plain) for run in _WRITING.findall(part)]
    kinds = [_KINDS.get(part) for part in parts if part]
    return kinds[0] if kinds and None not in kinds else None


def _key(heading: str) -> str:
    return "".join(letter for letter in normal(heading) if letter.isalnum())


def _load() -> dict[str, SectionKind]:
    headings = tomllib.loads(Path(__file__).with_name("sections.toml").read_text())
    return {_key(heading): kind for kind in get_args(SectionKind) for heading in headings[kind]}


_KINDS = _load()
