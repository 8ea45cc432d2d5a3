"""What the pace norm of a position is."""

from pydantic import BaseModel, Field


class PaceNorm(BaseModel):
    """How fast the recent answers for a position were spoken, in words (zh: 字) a minute."""

    answers: int = Field(description="how many answers it is taken from")
    low: float = Field(description="one answer in twenty is slower")
    median: float
    high: float = Field(description="one answer in twenty is faster")
