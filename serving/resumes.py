"""The durable job that reads a résumé into text and skills."""

import asyncio
from uuid import UUID

from models.resume.problems import UnreadableResume
from models.resume.read import read_resume
from storage.database import Database
from storage.jobs.worker import Task
from storage.media.store import MediaStore
from storage.resumes.records import Resume, resume_key
from storage.resumes.transactions import READ_RESUME, find_resume, keep_resume


class ResumeReading:
    """Reads uploaded résumés, each in a bounded process of its own."""

    def __init__(self, database: Database, media: MediaStore) -> None:
        self._database = database
        self._media = media

    def task(self) -> Task:
        """How a JobWorker reads résumés."""
        return Task(READ_RESUME, self.run, self.give_up)

    async def run(self, organisation_id: UUID, candidate_id: UUID) -> None:
        """Read a résumé that has arrived and was not read yet."""
        async with self._database.transaction(organisation_id) as connection:
            resume = await find_resume(connection, candidate_id)
        if resume is None or resume.state != "stored":
            return
        key = resume_key(organisation_id, candidate_id, bytes.fromhex(resume.sha256))
        data = await asyncio.to_thread(self._media.read, key)
        try:
            read = await asyncio.to_thread(read_resume, data)
        except UnreadableResume as unreadable:
            await self._keep(organisation_id, resume, None, [], None, unreadable.message)
            return
        skills = [skill.zh if read.language == "zh" else skill.en for skill in read.skills]
        await self._keep(organisation_id, resume, read.text, skills, read.language, ", ".join(read.problems) or None)

    async def give_up(self, organisation_id: UUID, candidate_id: UUID, reason: str) -> None:
        """Tell that a résumé could not be read, and why."""
        async with self._database.transaction(organisation_id) as connection:
            resume = await find_resume(connection, candidate_id)
        if resume is not None:
            await self._keep(organisation_id, resume, None, [], None, reason)

    async def _keep(
        self,
        organisation_id: UUID,
        resume: Resume,
        text: str | None,
        skills: list[str],
        language: str | None,
        problem: str | None,
    ) -> None:
        async with self._database.transaction(organisation_id) as connection:
            await keep_resume(connection, resume, text=text, skills=skills, language=language, problem=problem)
