"""A résumé, read."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.resume.problems import ResumeProblem
from models.speech.transcript import Language

SectionKind = Literal[
    "skills", "experience", "projects", "education", "languages", "certificates", "awards", "summary", "other"
]


class Section(BaseModel):
    """The lines below a heading. `title` is the heading as written, "" for what stands before the first one."""

    model_config = ConfigDict(frozen=True)

    kind: SectionKind
    title: str
    text: str


class Skill(BaseModel):
    """A skill that the résumé names.

    One of the lexicon has its names there and its field ("sales", "logistics"); one that only the candidate's own
    list of skills names has both names as written and no field. `listed` is whether a skills section names it.
    """

    model_config = ConfigDict(frozen=True)

    en: str
    zh: str
    field: str | None
    listed: bool


class Resume(BaseModel):
    """`text` is clean (no controls, at most 200,000 characters) and "" where the problems say `no-text`.

    `language` is the one most of the text is written in, None without text. Skills stand in the order of the
    lexicon, then as listed; `problems` are what a person should know before relying on the text.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    language: Language | None
    sections: tuple[Section, ...]
    skills: tuple[Skill, ...]
    problems: tuple[ResumeProblem, ...]
