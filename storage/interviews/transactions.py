"""Make, read and change interviews; publish and close them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.database import Connection, fetch_known, fetch_one
from storage.errors import Conflict, Invalid, NotFound
from storage.interviews.records import (
    Dimension,
    Interview,
    InterviewChanges,
    InterviewQuery,
    InterviewState,
    NewInterview,
    NewQuestion,
    TemplateQuestion,
)
from storage.interviews.rules import check_interview
from storage.paging import Page, fetch_page
from storage.positions.transactions import get_position
from storage.sql import load_queries
from storage.templates.transactions import get_template
from storage.updates import update_row
from storage.voices.transactions import queue_rendering

_QUERIES = load_queries(__file__)

# A published interview is the same for all its candidates: only these of its fields can change.
_CHANGEABLE = {"title", "opens_at", "closes_at"}


@dataclass(frozen=True)
class _Asked:
    """A question as it is asked, and where it came from."""

    question: NewQuestion
    template_id: UUID | None


async def create_interview(connection: Connection, new: NewInterview) -> Interview:
    """Store a new interview with its dimensions and questions.

    Raises NotFound for an unknown position or template and Invalid where a rule is broken.
    """
    asked = await _fill(connection, new.questions)
    check_interview(new, [each.question for each in asked])
    await get_position(connection, new.position_id)
    row = await fetch_one(connection, _QUERIES["insert_interview"], new.model_dump(exclude={"dimensions", "questions"}))
    assert row is not None  # the statement always returns its row
    await _store_parts(connection, row["id"], new.dimensions, asked)
    if new.state == "published":
        await queue_rendering(connection, row["id"])
    return await get_interview(connection, row["id"])


async def get_interview(connection: Connection, interview_id: UUID) -> Interview:
    """One interview with its dimensions and questions; raises NotFound."""
    arguments = {"id": interview_id, "position_id": None, "state": None}
    row = await fetch_known(connection, _QUERIES["interviews"], arguments, "interview")
    return Interview.model_validate(row)


async def list_interviews(connection: Connection, query: InterviewQuery) -> Page[Interview]:
    """The interviews that the caller sees."""
    arguments = query.model_dump() | {"id": None}
    return await fetch_page(connection, _QUERIES["interviews"], arguments, Interview, query, query.sort)


async def change_interview(
    connection: Connection, interview_id: UUID, version: int, changes: InterviewChanges
) -> Interview:
    """Change a draft, or a published interview's title and window.

    Raises NotFound, Changed, Conflict where this cannot change any more, Invalid where a rule would be broken.
    """
    before = await get_interview(connection, interview_id)
    named = changes.model_fields_set
    if before.state == "closed" or (before.state == "published" and named - _CHANGEABLE):
        raise Conflict(
            f"interview-{before.state}",
            f"The interview is {before.state}: "
            + ("nothing of it changes." if before.state == "closed" else "only its title and window can change."),
        )
    columns = changes.model_dump(exclude_unset=True, exclude={"dimensions", "questions"})
    dimensions = changes.dimensions if "dimensions" in named else before.dimensions
    asked = (
        await _fill(connection, changes.questions)
        if "questions" in named
        else [_Asked(question, question.template_id) for question in before.questions]
    )
    questions = [each.question for each in asked]
    fields = before.model_dump(include=set(NewInterview.model_fields) - {"state"}) | columns
    check_interview(
        NewInterview.model_construct(**fields | {"dimensions": dimensions, "questions": questions}), questions
    )
    await update_row(connection, "interviews", "interview", interview_id, version, columns)
    if named & {"dimensions", "questions"}:
        await connection.execute(_QUERIES["delete_questions"], {"interview_id": interview_id})
        await connection.execute(_QUERIES["delete_dimensions"], {"interview_id": interview_id})
        await _store_parts(connection, interview_id, dimensions, asked)
    return await get_interview(connection, interview_id)


async def publish_interview(connection: Connection, interview_id: UUID) -> Interview:
    """Open a draft to candidates; a published one stays so. Raises NotFound, or Conflict for a closed one."""
    return await _move(connection, interview_id, "published", gone="closed")


async def close_interview(connection: Connection, interview_id: UUID) -> Interview:
    """Take no more candidates and recordings; a closed one stays so. Raises NotFound, or Conflict for a draft."""
    return await _move(connection, interview_id, "closed", gone="draft")


async def _move(connection: Connection, interview_id: UUID, to: InterviewState, gone: InterviewState) -> Interview:
    if await fetch_one(connection, _QUERIES["lock_interview"], {"id": interview_id}) is None:
        raise NotFound("interview")
    state = (await get_interview(connection, interview_id)).state
    if state == gone:
        raise Conflict(f"interview-{state}", f"The interview is {state}: it cannot be {to} any more, or not yet.")
    if state != to:
        await connection.execute(_QUERIES["move"], {"id": interview_id, "to": to})
        if to == "published":
            await queue_rendering(connection, interview_id)
    return await get_interview(connection, interview_id)


async def _fill(connection: Connection, questions: Sequence[NewQuestion | TemplateQuestion]) -> list[_Asked]:
    """The questions, those of templates copied from them."""
    asked = []
    for index, question in enumerate(questions):
        if isinstance(question, NewQuestion):
            asked.append(_Asked(question, None))
            continue
        try:
            template = await get_template(connection, question.template_id)
        except NotFound as error:
            raise Invalid(error.code, error.message, f"/questions/{index}/template_id") from None
        copied = template.model_dump(include=set(NewQuestion.model_fields))
        named = question.model_dump(include={"dimension", "time_limit_s"}, exclude_none=True)
        asked.append(_Asked(NewQuestion.model_validate(copied | named), question.template_id))
    return asked


async def _store_parts(
    connection: Connection, interview_id: UUID, dimensions: Sequence[Dimension], asked: Sequence[_Asked]
) -> None:
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _QUERIES["insert_dimension"],
            [
                {"interview_id": interview_id, "ordinal": ordinal, **dimension.model_dump()}
                for ordinal, dimension in enumerate(dimensions)
            ],
        )
        await cursor.executemany(
            _QUERIES["insert_question"],
            [
                {
                    "interview_id": interview_id,
                    "number": number,
                    "origin": "template" if each.template_id else "custom",
                    "template_id": each.template_id,
                    **each.question.model_dump(include={"kind", "dimension", "text", "time_limit_s"}),
                    "rubric": Jsonb([point.model_dump() for point in each.question.rubric]),
                    "keywords": Jsonb([keyword.model_dump() for keyword in each.question.keywords]),
                }
                for number, each in enumerate(asked, start=1)
            ],
        )
