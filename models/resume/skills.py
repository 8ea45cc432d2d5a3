"""The skills that a résumé names."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from models.language.terms import count_words, has_cjk, normal
from models.resume.mentions import Mentions
from models.resume.resume import Section, Skill

MOST_ITEMS = 100  # what stands behind them is no list of skills any more
LONGEST_ITEM = {"zh": 12, "en": 4}  # 字 or words; what is longer is a sentence about skills
_BETWEEN_ITEMS = re.compile(r"[\n\t,，、;；。|｜•·●■◆▪○()（）\[\]【】]|\.(?=\s|$)")
_CATEGORY = re.compile(r"^[^:：]{1,30}[:：]")
_BULLET = re.compile(r"^[-–—*>\s]+|[-–—*\s]+$")
_NO_SKILL = re.compile(r"\d{3}|@|://|www\.")  # years, telephone numbers, addresses


class KnownSkill(BaseModel):
    """An entry of skills.toml, which says what its forms mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    en: str
    zh: str
    also: tuple[str, ...] = ()
    cased: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    def is_named(self, mentions: Mentions, *, in_list: bool) -> bool:
        return (
            any(mentions.names(form, inflected=" " in form) for form in self._plain)
            or any(mentions.names(form, as_written=True) for form in self.cased)
            or (in_list and any(mentions.names(form, as_written=True) for form in self.listed))
        )

    @property
    def _plain(self) -> tuple[str, ...]:
        # A name in English letters alone counts as a form only where it is no common word.
        apart = {form.lower() for form in self.listed}
        return (*(name for name in (self.en, self.zh) if name.lower() not in apart), *self.also)


def find_skills(sections: Sequence[Section]) -> tuple[Skill, ...]:
    """The lexicon's skills that the sections' text names, in its order, then what else the skills sections list."""
    known, levels = _lexicon()
    lists = [section.text for section in sections if section.kind in ("skills", "languages")]
    listed, anywhere = Mentions("\n".join(lists)), Mentions("\n".join(section.text for section in sections))
    skills = []
    for skill in known:
        in_list = skill.is_named(listed, in_list=True)
        if in_list or skill.is_named(anywhere, in_list=False):
            skills.append(Skill(en=skill.en, zh=skill.zh, field=skill.field, listed=in_list))
    items = {normal(item): item for section in lists for item in _items(section, levels)}
    for item in islice(items.values(), MOST_ITEMS):
        mentions = Mentions(item)
        if not any(skill.is_named(mentions, in_list=True) for skill in known):
            skills.append(Skill(en=item, zh=item, field=None, listed=True))
    return tuple(skills)


def _items(section: str, levels: "_Levels") -> Iterator[str]:
    """The entries of a list of skills without bullets, categories ("Tools: ...") and levels ("fluent ...")."""
    for raw in _BETWEEN_ITEMS.split(section):
        item = levels.before.sub("", _BULLET.sub("", _CATEGORY.sub("", raw[:100]))).strip()
        longest = LONGEST_ITEM["zh" if has_cjk(item) else "en"]
        if 0 < count_words(item) <= longest and normal(item) not in levels.alone and not _NO_SKILL.search(item):
            yield item


class _Levels:
    def __init__(self, before: Sequence[str], alone: Sequence[str]) -> None:
        words = (re.escape(word) + ("" if has_cjk(word) else r"\s") for word in sorted(before, key=len, reverse=True))
        self.before = re.compile(f"^(?:(?:{'|'.join(words)})\\s*)+", re.IGNORECASE)
        self.alone = frozenset(alone)


@cache
def _lexicon() -> tuple[tuple[KnownSkill, ...], _Levels]:
    fields = tomllib.loads(Path(__file__).with_name("skills.toml").read_text())
    levels = _Levels(**fields.pop("levels"))
    return tuple(KnownSkill(field=field, **entry) for field, entries in fields.items() for entry in entries), levels
