"""What a decision is."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from storage.paging import PageQuery

DecisionKind = Literal["next_round", "offer", "hired", "rejected", "talent_pool"]


class NewDecision(BaseModel):
    """What a person decides. The machine's scores are advice: a person may put their own in their place."""

    model_config = ConfigDict(extra="forbid")

    decision: DecisionKind
    reason: str = Field(min_length=1, max_length=5000)
    scores: dict[Annotated[str, Field(max_length=100)], Annotated[float, Field(ge=0, le=100)]] = Field(
        default={}, max_length=20, description="the person's own score of a dimension, 0-100, in place of the report's"
    )
    member_id: UUID | None = Field(
        default=None, description="who decides; needed from an API key that is no member's: a person always decides"
    )


class Decision(NewDecision):
    """A decision as it was made; it is never changed, only followed by another."""

    id: UUID
    session_id: UUID
    member_id: UUID
    created_at: AwareDatetime


class DecisionQuery(PageQuery):
    """Which page of a session's decisions."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
