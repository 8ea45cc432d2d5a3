"""What is asked and what a good answer holds, as scoring needs to know it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.language.keywords import Keyword
from models.speech.transcript import Language

QuestionKind = Literal["structured", "situational", "skill"]


class RubricPoint(BaseModel):
    """One thing a good answer says. `anchors` are behaviours that show it, each as good as the text itself."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0)
    anchors: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        return (self.text, *self.anchors)


class ScoredQuestion(BaseModel):
    """A question of an interview.

    structured asks for an experience, situational for what one would do, skill for knowledge. `language` is that of
    the interview; rubric and keywords may be in the other one.
    """

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    language: Language
    dimension: str = Field(min_length=1)
    kind: QuestionKind
    time_limit_s: float = Field(gt=0)
    rubric: tuple[RubricPoint, ...] = ()
    keywords: tuple[Keyword, ...] = ()
