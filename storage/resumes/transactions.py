"""Take a résumé in, and keep what was read from it."""

from uuid import UUID

from storage.candidates.transactions import get_candidate
from storage.database import Connection, fetch_one
from storage.errors import NotFound
from storage.jobs.queue import JobKind, queue_job
from storage.media.records import Sha256Hex
from storage.resumes.records import NewResume, Resume
from storage.retention.erased import check_not_erased
from storage.sql import load_queries

_QUERIES = load_queries(__file__)

READ_RESUME = JobKind("read_resume", "documents", "candidate", (2, 8, 32, 128))


async def announce_resume(connection: Connection, candidate_id: UUID, new: NewResume) -> None:
    """Record the résumé that is about to be uploaded, in place of any before it; raises NotFound."""
    await get_candidate(connection, candidate_id)
    await check_not_erased(connection, candidate_id)
    values = {"candidate_id": candidate_id, "size": new.size, "sha256": bytes.fromhex(new.sha256)}
    await connection.execute(_QUERIES["announce"], values)


async def get_resume(connection: Connection, candidate_id: UUID) -> Resume:
    """A candidate's résumé; raises NotFound."""
    resume = await find_resume(connection, candidate_id)
    if resume is None:
        raise NotFound("resume")
    return resume


async def find_resume(connection: Connection, candidate_id: UUID) -> Resume | None:
    """A candidate's résumé, or None."""
    row = await fetch_one(connection, _QUERIES["resume"], {"candidate_id": candidate_id})
    return Resume.model_validate(row) if row else None


async def store_resume(connection: Connection, candidate_id: UUID, sha256: Sha256Hex) -> Resume:
    """Record that the announced résumé has arrived, and have it read; again and again gives the same."""
    names = {"candidate_id": candidate_id, "sha256": bytes.fromhex(sha256)}
    stored = await connection.execute(_QUERIES["store"], names)
    if stored.rowcount:
        await queue_job(connection, READ_RESUME, connection.organisation_id, candidate_id)
    return await get_resume(connection, candidate_id)


async def keep_resume(
    connection: Connection,
    resume: Resume,
    *,
    text: str | None,
    skills: list[str],
    language: str | None,
    problem: str | None,
) -> None:
    """Keep what was read of a résumé; without a text it is unreadable. One that was replaced meanwhile is left."""
    values = {
        "candidate_id": resume.candidate_id,
        "sha256": bytes.fromhex(resume.sha256),
        "state": "unreadable" if text is None else "read",
        "text": text,
        "skills": skills,
        "language": language,
        "problem": problem,
    }
    await connection.execute(_QUERIES["keep"], values)
