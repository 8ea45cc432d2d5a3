"""Have an interview's questions rendered to speech, and find what was rendered."""

from uuid import UUID

from storage.database import Connection, fetch_all, fetch_one
from storage.jobs.queue import JobKind, queue_job
from storage.sql import load_queries
from storage.voices.records import NewVoice, QuestionText, VoiceClip, voice_key

_QUERIES = load_queries(__file__)

# Nobody waits for a voice before the interview opens; an engine that is being brought back has a quarter of an hour.
RENDER_VOICES = JobKind("render_voices", "voices", "interview", (5, 30, 120, 600))


async def queue_rendering(connection: Connection, interview_id: UUID) -> None:
    """Have the voices of an interview rendered that was published in this transaction."""
    await queue_job(connection, RENDER_VOICES, connection.organisation_id, interview_id)


async def question_voices(connection: Connection, interview_id: UUID) -> dict[int, VoiceClip]:
    """The voices of an interview's questions that the caller may hear, by question number; not rendered: not there."""
    rows = await fetch_all(connection, _QUERIES["question_voices"], {"interview_id": interview_id})
    return {
        row["question_number"]: VoiceClip(
            voice_key(row["organisation_id"], bytes(row["content"])),
            row["content_type"],
            row["size"],
            row["seconds"],
            row["engine"],
            row["stored_at"],
        )
        for row in rows
    }


async def question_texts(connection: Connection, interview_id: UUID) -> list[QuestionText]:
    """What a published interview asks, in order; nothing of one that is not, or no more."""
    rows = await fetch_all(connection, _QUERIES["question_texts"], {"interview_id": interview_id})
    return [
        QuestionText(
            row["number"], row["text"], row["language"], None if row["content"] is None else bytes(row["content"])
        )
        for row in rows
    ]


async def find_voice(connection: Connection, content: bytes) -> NewVoice | None:
    """What was rendered of the same text by the same engine for any interview of the organisation, or None."""
    row = await fetch_one(connection, _QUERIES["known_voice"], {"content": content})
    return None if row is None else NewVoice(**row | {"content": bytes(row["content"])})


async def keep_voice(connection: Connection, interview_id: UUID, number: int, voice: NewVoice) -> None:
    """Record that a question's voice is stored, in place of any before it."""
    await connection.execute(_QUERIES["keep_voice"], vars(voice) | {"interview_id": interview_id, "number": number})
