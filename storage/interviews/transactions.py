"""Make and read interviews, and keep their rules."""

from uuid import UUID

from psycopg.types.json import Jsonb

from storage.database import Connection, fetch_one
from storage.errors import Invalid, NotFound
from storage.interviews.records import Interview, InterviewQuery, NewInterview
from storage.paging import Page, fetch_page
from storage.positions.transactions import get_position
from storage.sql import load_queries

_QUERIES = load_queries(__file__)


async def create_interview(connection: Connection, new: NewInterview) -> Interview:
    """Store a new interview with its dimensions and questions.

    Raises NotFound for an unknown position and Invalid where a rule is broken.
    """
    _check(new)
    await get_position(connection, new.position_id)
    row = await fetch_one(connection, _QUERIES["insert_interview"], new.model_dump(exclude={"dimensions", "questions"}))
    assert row is not None  # the statement always returns its row
    interview_id: UUID = row["id"]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _QUERIES["insert_dimension"],
            [
                {"interview_id": interview_id, "ordinal": ordinal, **dimension.model_dump()}
                for ordinal, dimension in enumerate(new.dimensions)
            ],
        )
        await cursor.executemany(
            _QUERIES["insert_question"],
            [
                {
                    "interview_id": interview_id,
                    "number": number,
                    **question.model_dump(exclude={"rubric", "keywords"}),
                    "rubric": Jsonb([point.model_dump() for point in question.rubric]),
                    "keywords": Jsonb([keyword.model_dump() for keyword in question.keywords]),
                }
                for number, question in enumerate(new.questions, start=1)
            ],
        )
    return await get_interview(connection, interview_id)


async def get_interview(connection: Connection, interview_id: UUID) -> Interview:
    """One interview with its dimensions and questions; raises NotFound."""
    row = await fetch_one(connection, _QUERIES["interviews"], {"id": interview_id, "position_id": None})
    if row is None:
        raise NotFound("interview")
    return Interview.model_validate(row)


async def list_interviews(connection: Connection, query: InterviewQuery) -> Page[Interview]:
    """The interviews that the caller sees."""
    arguments = query.model_dump() | {"id": None}
    return await fetch_page(connection, _QUERIES["interviews"], arguments, Interview, query, query.sort)


def _check(new: NewInterview) -> None:
    if new.opens_at >= new.closes_at:
        raise Invalid("window-invalid", "The interview must open before it closes.", "/closes_at")
    names = [dimension.name for dimension in new.dimensions]
    if len(set(names)) != len(names):
        raise Invalid("dimension-repeated", "Two dimensions have the same name.", "/dimensions")
    total = sum(dimension.weight for dimension in new.dimensions)
    if abs(total - 100) > 0.01:
        raise Invalid("weights-not-100", f"The weights must sum to 100 percent; they sum to {total:g}.", "/dimensions")
    for index, question in enumerate(new.questions):
        if question.dimension not in names:
            raise Invalid(
                "dimension-unknown",
                f"Question {index + 1} names the dimension '{question.dimension}', which the interview does not have.",
                f"/questions/{index}/dimension",
            )
    unasked = set(names) - {question.dimension for question in new.questions}
    if unasked:
        raise Invalid("dimension-unasked", f"No question is scored under: {', '.join(sorted(unasked))}.", "/dimensions")
