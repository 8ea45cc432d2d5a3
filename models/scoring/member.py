"""What every member of the ensemble returns."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.language.sentences import Sentence

Member = Literal["coverage", "keywords", "structure", "relevance", "delivery"]


class Evidence(BaseModel):
    """A quote that supports a score."""

    model_config = ConfigDict(frozen=True)

    quote: str = Field(description="What was said or written; empty where a measurement is the evidence.")
    start: float | None = Field(description="Seconds from the start of the answer's recording; null if it was written.")
    end: float | None = Field(description="Seconds from the start of the answer's recording; null if it was written.")
    supports: str = Field(description="What it speaks to: a rubric point, a keyword, a part of the story, a measure.")
    strength: float = Field(description="How strongly, 0..1.")

    @classmethod
    def quoting(cls, sentence: Sentence, supports: str, strength: float) -> "Evidence":
        return cls(
            quote=sentence.text, start=sentence.start, end=sentence.end, supports=supports, strength=round(strength, 3)
        )


class MemberScore(BaseModel):
    """One member's judgement of one answer.

    `value` is 0..1; `uncertainty` the standard deviation of its error on that scale; `missing` names what the member
    looked for and did not find.
    """

    model_config = ConfigDict(frozen=True)

    member: Member
    value: float = Field(ge=0, le=1)
    uncertainty: float = Field(ge=0, le=1)
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()

    def without_times(self) -> "MemberScore":
        """The same, of an answer that has no recording."""
        evidence = tuple(proof.model_copy(update={"start": None, "end": None}) for proof in self.evidence)
        return self.model_copy(update={"evidence": evidence})


def ramp(value: float, zero: float, one: float) -> float:
    """Linear from 0 at `zero` to 1 at `one` (which may lie below `zero`), clipped outside."""
    return min(1.0, max(0.0, (value - zero) / (one - zero)))
