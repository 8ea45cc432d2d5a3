"""A résumé that has arrived is read into text and skills, once, whatever is in it."""

import hashlib
from io import BytesIO
from uuid import UUID

import httpx
import pytest
from docx import Document

from serving.resumes import ResumeReading
from storage.candidates.records import NewCandidate
from storage.candidates.transactions import create_candidate
from storage.database import Database
from storage.media.store import MediaStore
from storage.resumes.records import RESUME_TYPE, NewResume, Resume, resume_key
from storage.resumes.transactions import announce_resume, get_resume, store_resume

pytestmark = pytest.mark.integration


def docx(*paragraphs: str) -> bytes:
    document, file = Document(), BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


async def read(database: Database, media: MediaStore, organisation_id: UUID, data: bytes) -> Resume:
    """What becomes of a résumé that a new candidate uploads."""
    digest = hashlib.sha256(data)
    async with database.transaction(organisation_id) as connection:
        candidate = await create_candidate(connection, NewCandidate(name="Ada"))
        await announce_resume(connection, candidate.id, NewResume(size=len(data), sha256=digest.hexdigest()))
    key = resume_key(organisation_id, candidate.id, digest.digest())
    upload = media.presign(key, RESUME_TYPE, len(data), digest.digest())
    async with httpx.AsyncClient() as s3:
        (await s3.put(upload.url, headers=upload.headers, content=data)).raise_for_status()
    async with database.transaction(organisation_id) as connection:
        assert (await store_resume(connection, candidate.id, digest.hexdigest())).state == "stored"
    reading = ResumeReading(database, media)
    await reading.run(organisation_id, candidate.id)
    await reading.run(organisation_id, candidate.id)
    async with database.transaction(organisation_id) as connection:
        return await get_resume(connection, candidate.id)


@pytest.mark.parametrize(
    ("paragraphs", "language", "skill"),
    [
        (["Ada Lovelace", "Skills", "Python, customer service, Excel", "Experience", "Call centre"], "en", "Python"),
        (["王芳", "专业技能", "Python、客户服务、团队管理", "工作经历", "客服中心主管"], "zh", "Python"),
    ],
)
async def test_a_resume_is_read(
    database: Database, media: MediaStore, organisation_id: UUID, paragraphs: list[str], language: str, skill: str
) -> None:
    resume = await read(database, media, organisation_id, docx(*paragraphs))
    assert (resume.state, resume.language) == ("read", language)
    assert resume.text is not None and paragraphs[0] in resume.text
    assert skill in resume.skills


async def test_what_is_no_resume_is_told_in_a_sentence(
    database: Database, media: MediaStore, organisation_id: UUID
) -> None:
    resume = await read(database, media, organisation_id, b"%PDF-1.7 and nothing else")
    assert (resume.state, resume.text, resume.skills) == ("unreadable", None, [])
    assert resume.problem is not None and resume.problem.endswith(".")
