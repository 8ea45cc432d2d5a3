"""Store what a candidate writes instead of speaking, and tell which texts are answers."""

from uuid import UUID

from storage.accommodations.transactions import granted
from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict
from storage.sessions.transactions import get_session, lock_session, move_session
from storage.sql import load_queries
from storage.takes.transactions import check_may_answer
from storage.text_answers.records import NewTextAnswer, StoredTextAnswer, TextAnswer

_QUERIES = load_queries(__file__)


async def store_text_answer(
    connection: Connection, session_id: UUID, question_number: int, new: NewTextAnswer
) -> StoredTextAnswer:
    """Store a text in place of the one before.

    Raises NotFound, or Conflict where the candidate was not granted to write, or where no answer may be given now.
    """
    session = await lock_session(connection, session_id)
    await check_may_answer(connection, session, question_number)
    accommodation = await granted(connection, session_id)
    if accommodation is None or not accommodation.text_answers:
        raise Conflict("text-answers-not-granted", "Answers are spoken here: writing them is granted on request.")
    values = {"session_id": session_id, "interview_id": session.interview_id, "question_number": question_number}
    row = await fetch_one(connection, _QUERIES["store"], values | new.model_dump())
    if session.state != "answering":
        await move_session(connection, session_id, "answering")
    return StoredTextAnswer.model_validate(row)


async def get_text_answer(connection: Connection, session_id: UUID, question_number: int) -> TextAnswer:
    """What was written to a question; raises NotFound."""
    await get_session(connection, session_id)
    asked = {"session_id": session_id, "question_number": question_number}
    return TextAnswer.model_validate(await fetch_known(connection, _QUERIES["text_answer"], asked, "text-answer"))


async def text_answers(connection: Connection, session_id: UUID) -> dict[int, TextAnswer]:
    """What was written to each question, blank texts as well."""
    return await _by_question(connection, "text_answers", session_id)


async def counting_texts(connection: Connection, session_id: UUID) -> dict[int, TextAnswer]:
    """The texts that are the answers to their questions: not blank, and no take is newer."""
    return await _by_question(connection, "counting", session_id)


async def _by_question(connection: Connection, query: str, session_id: UUID) -> dict[int, TextAnswer]:
    rows = await fetch_all(connection, _QUERIES[query], {"session_id": session_id})
    return {row["question_number"]: TextAnswer.model_validate(row) for row in rows}
