"""What an erasure is, and what is kept after one."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from storage.paging import PageQuery

Holdings = dict[str, int]


class Erasure(BaseModel):
    """A request to erase a candidate, and its proof.

    `requested` until everything is deleted and no upload is allowed any more that could bring something back.
    """

    id: UUID
    candidate_id: UUID
    state: Literal["requested", "done"]
    problem: str | None = Field(description="why it was given up; request it again")
    held_before: Holdings | None = Field(
        description="rows by table, and versions and unfinished uploads in S3, before the first deletion"
    )
    held_after: Holdings | None = Field(description="the same after the last deletion")
    requested_at: AwareDatetime
    swept_at: AwareDatetime | None = Field(description="when all that was there then was deleted")
    done_at: AwareDatetime | None


class ErasureQuery(PageQuery):
    """Which erasures, in which order."""

    candidate_id: UUID | None = None
    state: Literal["requested", "done"] | None = None
    sort: Literal["requested_at", "-requested_at"] = "-requested_at"


class KeptAnswer(BaseModel):
    """An answer's score, without a word of the answer."""

    number: int
    dimension: str
    score: float | None
    low: float | None
    high: float | None
    status: str | None


class DecisionRecord(BaseModel):
    """What is kept of a report once its transcript is erased: what was advised, by what, and no personal data."""

    schema_version: str
    created_at: str
    composite: dict[str, Any]
    dimensions: list[dict[str, Any]]
    answers: list[KeptAnswer]
    flags: list[str] = Field(description="codes")
    recommendation: str = Field(description="code")
    models: dict[str, str]


def decision_record(report: dict[str, Any]) -> DecisionRecord | None:
    """What is kept of a report's document; None of one that has no composite score, which advised nothing."""
    if "composite" not in report:
        return None
    answers = report.get("answers", [])
    return DecisionRecord(
        schema_version=report["schema_version"],
        created_at=report["created_at"],
        composite=report["composite"],
        dimensions=report["dimensions"],
        answers=[_kept(answer) for answer in answers],
        flags=[flag["code"] for flag in report["flags"]],
        recommendation=report["recommendation"]["code"],
        models=report["models"],
    )


def _kept(answer: dict[str, Any]) -> KeptAnswer:
    score = answer.get("score") or {}
    numbers = {name: score.get(name) for name in ("score", "low", "high", "status")}
    return KeptAnswer(number=answer["number"], dimension=answer["dimension"], **numbers)
