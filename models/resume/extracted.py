"""What the readers of the file formats give."""

from dataclasses import dataclass

from models.resume.problems import ResumeProblem


@dataclass(frozen=True)
class Extracted:
    """A file's text as it stands there, perhaps longer than allowed and not cleaned, and what is wrong with it."""

    text: str
    problems: tuple[ResumeProblem, ...] = ()
