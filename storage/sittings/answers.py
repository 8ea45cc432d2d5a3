"""The answers of a sitting: each question once it was asked, its voice, and what was recorded or written."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from storage.database import Connection
from storage.interviews.records import Interview
from storage.sessions.records import Session
from storage.sittings.records import AskedQuestion, SittingAnswer, SpokenQuestion
from storage.takes.transactions import answers_of
from storage.text_answers.transactions import text_answers
from storage.voices.transactions import question_voices


async def sitting_answers(
    connection: Connection,
    session: Session,
    interview: Interview,
    asked: Mapping[int, datetime],
    factor: float,
    url_of: Callable[[str], str],
) -> list[SittingAnswer]:
    """The answers by question. `asked`: when each was asked; `factor`: how much longer the candidate may take."""
    answers = {answer.question_number: answer for answer in await answers_of(connection, session.id, interview)}
    voices = await question_voices(connection, interview.id)
    texts = await text_answers(connection, session.id)
    reading = timedelta(seconds=interview.reading_s * factor)
    found = []
    for question in interview.questions:
        number, at = question.number, asked.get(question.number)
        answer, voice = answers[number], voices.get(number)
        written = texts.get(number)
        found.append(
            SittingAnswer(
                number=number,
                asked_at=at,
                read_until=at and at + reading,
                question=None
                if at is None
                else AskedQuestion(
                    text=question.text, kind=question.kind, time_limit_s=round(question.time_limit_s * factor)
                ),
                voice=None
                if at is None or voice is None
                else SpokenQuestion(url=url_of(voice.key), seconds=voice.seconds),
                takes=answer.takes,
                answer_take_id=answer.answer_take_id,
                takes_left=answer.takes_left,
                text=written and written.text,
            )
        )
    return found
