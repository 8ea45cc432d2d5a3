"""Erasure by request and by schedule, proven by listing what the database and S3 still hold."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig
from psycopg.types.json import Jsonb

from models.report.compose import compose
from models.report.material import AnswerMaterial, InterviewMaterial
from models.scoring.question import RubricPoint, ScoredQuestion
from models.speech.transcript import Transcript, Word
from storage.access import SCOPES, Actor
from storage.candidates.records import NewCandidate
from storage.candidates.transactions import create_candidate, get_candidate
from storage.consents.records import NewConsent
from storage.consents.transactions import get_notice, give_consent
from storage.database import Connection, Database
from storage.errors import Conflict, NotFound
from storage.events.transactions import record_event
from storage.jobs.worker import JobWorker, Task
from storage.media.records import chunk_key, photo_key
from storage.media.removal import remove_prefix, stored_versions, unfinished_uploads
from storage.media.store import MediaStore
from storage.paces.transactions import record_paces
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.reports.transactions import newest_report, store_report
from storage.resumes.records import resume_key
from storage.retention.deletion import delete_analysis, pseudonym
from storage.retention.erased import check_not_erased
from storage.retention.erasure import Erasing
from storage.retention.export import export_candidate
from storage.retention.holdings import holdings
from storage.retention.schedule import Retention
from storage.retention.transactions import (
    ERASE_CANDIDATE,
    get_erasure,
    get_record,
    hold_step,
    request_erasure,
)
from storage.sessions.records import NewSession, Session, Submission
from storage.sessions.transactions import create_session, get_session, submit_session
from storage.settings import StorageSettings
from storage.steps.transactions import StepResult, step_key, store_step
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration

NAME, EMAIL, SAID = "Ada Lovelace", "ada.lovelace@example.org", "I calmed the customer down"
PHOTO = b"\xff\xd8 a photo"
VECTOR = {"values": [0.1, 0.2]}


@pytest.fixture(params=["plain", "versioned"])
def store(request: pytest.FixtureRequest, storage_settings: StorageSettings) -> MediaStore:
    """A media store whose bucket keeps versions, and one whose bucket does not."""
    media = MediaStore(storage_settings.model_copy(update={"s3_bucket": f"erasure-{request.param}"}))
    media.create_bucket()
    if request.param == "versioned":
        client, bucket = media.bucket
        client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    return media


def put(media: MediaStore, key: str, content: bytes) -> None:
    client, bucket = media.bucket
    client.put_object(bucket, key, io.BytesIO(content), len(content))


def listed(media: MediaStore, organisation_id: UUID) -> list[str]:
    """Every version, delete marker and unfinished upload of an organisation."""
    prefix = f"{organisation_id}/"
    versions = [found.key for found in stored_versions(media, prefix)]
    return versions + [key for key, _ in unfinished_uploads(media, prefix)]


def report_of(session: Session) -> dict[str, Any]:
    words = tuple(Word(text=text, start=n, end=n + 0.5, confidence=0.9) for n, text in enumerate(SAID.split()))
    transcript = Transcript(language="en", words=words, confidence=0.9, recognizer="test@1")
    question = ScoredQuestion(
        text="An upset customer?",
        language="en",
        dimension="service",
        kind="structured",
        time_limit_s=60,
        rubric=(RubricPoint(text="listens"),),
        keywords=(),
    )
    answer = AnswerMaterial(question=question, transcript=transcript)
    interview = InterviewMaterial(id="x", title="Team lead", language="en", dimensions={"service": 100})
    report = compose(
        session_id=str(session.id),
        candidate_id=str(session.candidate_id),
        created_at=datetime.now(UTC).isoformat(),
        interview=interview,
        answers=[answer],
        models={"speech": "test@1"},
        processing_seconds={},
    )
    return report.model_dump(mode="json")


async def consented(connection: Connection, session: Session) -> None:
    notice = await get_notice(connection, session.id)
    new = NewConsent(language="en", notice_sha256=notice.sha256, choice="accept", biometrics=True)
    actor = Actor(connection.organisation_id, "candidate", session.candidate_id, frozenset(), session_id=session.id)
    await give_consent(connection, actor, session.id, new)


async def reported(database: Database, media: MediaStore, organisation_id: UUID, build: Any) -> Session:
    """A reported session of Ada's, with recording, photo, vectors, transcript, events and report."""
    async with database.transaction(organisation_id) as connection:
        interview_id = (await build.session(connection)).interview_id
        candidate = await create_candidate(connection, NewCandidate(name=NAME, email=EMAIL))
        session = await create_session(connection, NewSession(interview_id=interview_id, candidate_id=candidate.id))
        await consented(connection, session)
        take = await build.stored_take(connection, session)
        await connection.execute(
            b"UPDATE candidates SET photo_type = 'image/jpeg', photo_size = 9, photo_sha256 = %s,"
            b" photo_stored_at = now() WHERE id = %s",
            [bytes(32), candidate.id],
        )
        await connection.execute(
            b"INSERT INTO resumes (candidate_id, organisation_id, size, sha256, state, text)"
            b" VALUES (%s, current_organisation(), 9, %s, 'read', %s)",
            [candidate.id, bytes(32), f"Curriculum vitae of {NAME}"],
        )
        await submit_session(connection, organisation_id, session.id, Submission())
        for name, result in (("photo", VECTOR), ("speakers", {"heard": [VECTOR]}), ("segment", {"text": SAID})):
            key = step_key(name, {"session": str(session.id)})
            await store_step(connection, key, name, StepResult(result, 0.1))
            await hold_step(connection, session.id, key)
        await record_event(connection, session.id, "transcript", {"text": SAID})
        assert await store_report(connection, session.id, report_of(session))
        await record_paces(connection, session.id, [120.0])
    client, bucket = media.bucket
    for content in (b"an earlier version", b"hello"):
        put(media, chunk_key(organisation_id, take.id, 0), content)
    put(media, photo_key(organisation_id, candidate.id, bytes(32)), PHOTO)
    put(media, resume_key(organisation_id, candidate.id, bytes(32)), b"Curriculum vitae")
    put(media, f"{organisation_id}/takes/{take.id}/000009", b"deleted before")
    client.remove_object(bucket, f"{organisation_id}/takes/{take.id}/000009")
    client._create_multipart_upload(bucket, f"{organisation_id}/takes/{take.id}/000010", {})
    return session


async def everything(database: Database, organisation_id: UUID) -> str:
    """All rows of all tables that the organisation has, as text; but jobs, which name ids alone."""
    texts = []
    async with database.operator() as connection:
        tables = await (
            await connection.execute(
                b"SELECT table_name AS name FROM information_schema.columns"
                b" WHERE table_schema = 'public' AND column_name = 'organisation_id'"
            )
        ).fetchall()
        for table in tables:
            query = psycopg.sql.SQL("SELECT t::text AS row FROM {} t WHERE organisation_id = %s")
            rows = await connection.execute(query.format(psycopg.sql.Identifier(table["name"])), [organisation_id])
            texts += [row["row"] for row in await rows.fetchall()]
    return "\n".join(texts)


async def requested(database: Database, organisation_id: UUID, candidate_id: UUID) -> UUID:
    async with database.transaction(Actor(organisation_id, "key", uuid4(), SCOPES)) as connection:
        erasure, _ = await request_erasure(connection, candidate_id)
        again, _ = await request_erasure(connection, candidate_id)
    assert erasure.id == again.id
    return erasure.id


async def jobs(database: Database, erasure_id: UUID) -> list[datetime | None]:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT scheduled_at FROM procrastinate_jobs WHERE args ->> 'erasure_id' = %s ORDER BY id",
            [str(erasure_id)],
        )
        return [row["scheduled_at"] for row in await rows.fetchall()]


async def age(database: Database, session: Session, days: int) -> None:
    """Let the report, the candidate and what was begun be that many days older."""
    async with database.operator() as connection:
        for statement in (
            b"UPDATE sessions SET reported_at = reported_at - make_interval(days => %s) WHERE id = %s",
            b"UPDATE candidates SET created_at = created_at - make_interval(days => %s),"
            b" photo_stored_at = photo_stored_at - make_interval(days => %s),"
            b" erased_at = erased_at - make_interval(days => %s) WHERE id = %s",
            b"UPDATE applications SET created_at = created_at - make_interval(days => %s) WHERE candidate_id = %s",
            b"UPDATE resumes SET created_at = created_at - make_interval(days => %s) WHERE candidate_id = %s",
        ):
            count = statement.count(b"%s") - 1
            subject = session.id if b"sessions" in statement else session.candidate_id
            await connection.execute(statement, [days] * count + [subject])


async def test_an_erasure_leaves_no_media_version_and_no_word_of_the_candidate(
    database: Database, organisation_id: UUID, store: MediaStore, build: Any
) -> None:
    session = await reported(database, store, organisation_id, build)
    other = await reported(database, store, organisation_id, build)
    kept_media = await holdings(database, store, organisation_id, other.candidate_id)
    before = listed(store, organisation_id)
    assert any(str(session.candidate_id) in key for key in before)
    erasure_id = await requested(database, organisation_id, session.candidate_id)

    await Erasing(database, store, upload_url_seconds=900).run(organisation_id, erasure_id)
    async with database.transaction(organisation_id) as connection:
        first = await get_erasure(connection, erasure_id)
    assert (first.state, first.done_at) == ("requested", None)
    assert first.swept_at is not None
    later = (await jobs(database, erasure_id))[-1]
    assert later is not None and later > datetime.now(UTC)

    # An upload whose URL was given before the request arrives after the first deletion.
    async with database.transaction(organisation_id) as connection:
        [take] = await (
            await connection.execute(b"SELECT id FROM takes WHERE session_id = %s", [session.id])
        ).fetchall()
    put(store, chunk_key(organisation_id, take["id"], 1), b"late")
    await Erasing(database, store, upload_url_seconds=-60).run(organisation_id, erasure_id)
    async with database.transaction(organisation_id) as connection:
        done = await get_erasure(connection, erasure_id)
        record = await get_record(connection, session.id)
        candidate = await get_candidate(connection, session.candidate_id)
        with pytest.raises(Conflict):
            await check_not_erased(connection, session.candidate_id)
    assert done.state == "done" and done.held_before is not None and done.held_after is not None
    # With versions: two of the chunk, photo, résumé, and a deleted object with its delete marker.
    is_versioned = store.bucket[1] == "erasure-versioned"
    assert (done.held_before["media_versions"], done.held_before["media_uploads"]) == (6 if is_versioned else 3, 1)
    assert (done.held_before["steps"], done.held_before["reports"]) == (3, 1)
    for gone in ("media_versions", "media_uploads", "steps", "reports", "chunks", "paces"):
        assert done.held_after[gone] == 0, gone
    assert candidate.name == pseudonym(candidate.id) and candidate.email is None
    assert record.recommendation and record.models == {"speech": "test@1"}

    # The other candidate's things are untouched, and nothing of the erased one's is listed.
    assert await holdings(database, store, organisation_id, other.candidate_id) == kept_media
    after = listed(store, organisation_id)
    assert after and not any(str(take["id"]) in key or str(session.candidate_id) in key for key in after)
    async with database.transaction(organisation_id) as connection:
        assert await newest_report(connection, other.id) is not None
    await Erasing(database, store, upload_url_seconds=-60).run(
        organisation_id, await requested(database, organisation_id, other.candidate_id)
    )
    assert listed(store, organisation_id) == []
    left = await everything(database, organisation_id)
    assert str(session.id) in left
    for word in (NAME, SAID, "calmed", "[0.1, 0.2]"):
        assert word not in left


async def test_an_erasure_may_run_again_and_withdraws_what_is_open(
    database: Database, organisation_id: UUID, media: MediaStore, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await build.take(connection, session)
        erasure, withdrawn = await request_erasure(connection, session.candidate_id)
    assert withdrawn == [session.id]
    erasing = Erasing(database, media, upload_url_seconds=-60)
    await erasing.give_up(organisation_id, erasure.id, "The media store was away.")
    for _ in range(2):
        await erasing.run(organisation_id, erasure.id)
    async with database.transaction(organisation_id) as connection:
        assert (await get_session(connection, session.id)).state == "withdrawn"
        done = await get_erasure(connection, erasure.id)
        audited = await (
            await connection.execute(b"SELECT details FROM audit_log WHERE action = 'candidate.erased'")
        ).fetchall()
    assert (done.state, done.problem) == ("done", None)
    assert [row["details"]["held"]["chunks"] for row in audited] == [0]


async def test_a_worker_does_what_was_requested(
    database: Database, organisation_id: UUID, media: MediaStore, storage_settings: StorageSettings, build: Any
) -> None:
    session = await reported(database, media, organisation_id, build)
    erasing = Erasing(database, media, upload_url_seconds=-60)
    worker = JobWorker(storage_settings, [Task(ERASE_CANDIDATE, erasing.run, erasing.give_up)], concurrency=1)
    work = asyncio.create_task(worker.run())
    try:
        erasure_id = await requested(database, organisation_id, session.candidate_id)
        async with asyncio.timeout(20):
            while True:
                async with database.transaction(organisation_id) as connection:
                    if (await get_erasure(connection, erasure_id)).state == "done":
                        break
                await asyncio.sleep(0.1)
    finally:
        work.cancel()
        await asyncio.wait([work])
    assert listed(media, organisation_id) == []


async def test_the_schedule_deletes_vectors_then_media_then_analysis_then_the_record(
    database: Database, organisation_id: UUID, store: MediaStore, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        days = {"biometric_days": 1, "media_days": 10, "analysis_days": 20, "decision_days": 30}
        await change_policy(connection, None, ANY_VERSION, PolicySettings(**days))
    session = await reported(database, store, organisation_id, build)
    held = []
    for days_more in (0, 2, 9, 10, 10, 30):
        await age(database, session, days_more)
        for _ in range(2):
            assert await Retention(database, store).sweep()
        held.append(await holdings(database, store, organisation_id, session.candidate_id))
    assert [each["steps"] for each in held] == [3, 1, 1, 0, 0, 0]
    # The résumé stays as long as the name does.
    assert [each["resumes"] for each in held] == [1, 1, 1, 0, 0, 0]
    is_versioned = store.bucket[1] == "erasure-versioned"
    assert [each["media_versions"] for each in held] == [*([6, 6] if is_versioned else [3, 3]), 1, 0, 0, 0]
    assert [each["media_uploads"] for each in held] == [1, 1, 0, 0, 0, 0]
    assert [each["reports"] for each in held] == [1, 1, 1, 0, 0, 0]
    assert [each["decision_records"] for each in held] == [0, 0, 0, 1, 0, 0]
    assert [each["candidates"] for each in held] == [1, 1, 1, 1, 1, 0]
    assert sum(held[-1].values()) == 0
    assert listed(store, organisation_id) == []


async def test_what_a_candidate_was_promised_bounds_a_policy_that_is_lengthened_later(
    database: Database, organisation_id: UUID, media: MediaStore, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        await change_policy(connection, None, ANY_VERSION, PolicySettings(media_days=5))
    session = await reported(database, media, organisation_id, build)
    async with database.transaction(organisation_id) as connection:
        await change_policy(connection, None, ANY_VERSION, PolicySettings(media_days=500))
    await age(database, session, 6)
    await Retention(database, media).sweep()
    held = await holdings(database, media, organisation_id, session.candidate_id)
    assert (held["chunks"], held["reports"]) == (0, 1)


async def test_one_process_sweeps_at_a_time(database: Database, media: MediaStore) -> None:
    retention = Retention(database, media)
    async with retention._alone() as first:
        assert first
        assert not await retention.sweep()
    assert await retention.sweep()


async def test_nobody_but_parley_itself_can_erase(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
    key = Actor(organisation_id, "key", uuid4(), SCOPES)
    for function in (b"erase_vectors", b"erase_chunks", b"erase_analysis", b"erase_resume", b"erase_session"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.transaction(key) as connection:
                await connection.execute(b"SELECT " + function + b"(%s)", [session.id])
    for table in (b"steps", b"reports", b"events", b"candidates", b"sessions", b"consents", b"decision_records"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.transaction(organisation_id) as connection:
                await connection.execute(b"DELETE FROM " + table)


async def test_another_organisations_work_erases_nothing(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, media: MediaStore, build: Any
) -> None:
    session = await reported(database, media, organisation_id, build)
    before = await holdings(database, media, organisation_id, session.candidate_id)
    async with database.transaction(other_organisation_id) as connection:
        with pytest.raises(NotFound):
            await request_erasure(connection, session.candidate_id)
        for function in (b"erase_vectors", b"erase_chunks", b"erase_analysis", b"erase_session"):
            await connection.execute(b"SELECT " + function + b"(%s)", [session.id])
        await connection.execute(b"SELECT erase_candidate(%s)", [session.candidate_id])
        await delete_analysis(connection, session.id)
    assert await holdings(database, media, organisation_id, session.candidate_id) == before


async def test_what_is_about_a_candidate_goes_with_the_candidate(database: Database) -> None:
    """A table that is added later and refers to candidates must let them go, or retention would stand still."""
    async with database.operator() as connection:
        rows = await connection.execute(
            b"WITH RECURSIVE about (id) AS (SELECT 'candidates'::regclass::oid UNION"
            b" SELECT c.conrelid FROM pg_constraint c JOIN about ON c.confrelid = about.id WHERE c.contype = 'f')"
            b" SELECT c.conrelid::regclass::text AS name FROM pg_constraint c JOIN about ON c.confrelid = about.id"
            b" WHERE c.contype = 'f' AND c.confdeltype <> 'c'"
        )
        assert [row["name"] for row in await rows.fetchall()] == []


def test_a_prefix_that_is_none_of_one_thing_is_not_removed(media: MediaStore) -> None:
    for prefix in ("", "/", f"{uuid4()}/", f"{uuid4()}/takes/", f"{uuid4()}/takes/x"):
        with pytest.raises(ValueError, match="prefix"):
            remove_prefix(media, prefix)


async def _read(blocks: AsyncIterator[bytes]) -> tuple[zipfile.ZipFile, int]:
    whole, largest = b"", 0
    async for block in blocks:
        whole += block
        largest = max(largest, len(block))
    return zipfile.ZipFile(io.BytesIO(whole)), largest


async def test_the_export_holds_every_table_and_file_and_nobody_elses(
    database: Database, organisation_id: UUID, store: MediaStore, build: Any
) -> None:
    session = await reported(database, store, organisation_id, build)
    other = await reported(database, store, organisation_id, build)
    archive, _ = await _read(export_candidate(database, store, organisation_id, session.candidate_id))
    assert archive.testzip() is None
    held = await holdings(database, store, organisation_id, session.candidate_id)
    tables = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    assert {name.removesuffix(".json"): len(rows) for name, rows in tables.items()} == {
        name: rows for name, rows in held.items() if rows and not name.startswith("media_")
    }
    [candidate] = tables["candidates.json"]
    assert (candidate["name"], candidate["email"]) == (NAME, EMAIL)
    assert tables["reports.json"][0]["document"]["answers"][0]["text"] == SAID
    assert archive.read(f"recordings/{session.id}/question-1-take-1.webm") == b"hello"
    assert archive.read(f"photos/{session.candidate_id}/{bytes(32).hex()}") == PHOTO
    assert not any(str(other.id) in archive.read(name).decode(errors="replace") for name in archive.namelist())
    assert "email_index" not in candidate


async def test_a_large_export_never_lies_in_memory(
    database: Database, organisation_id: UUID, media: MediaStore, build: Any
) -> None:
    session = await reported(database, media, organisation_id, build)
    async with database.transaction(organisation_id) as connection:
        [take] = await (
            await connection.execute(b"SELECT id FROM takes WHERE session_id = %s", [session.id])
        ).fetchall()
        await connection.execute(
            b"INSERT INTO events (organisation_id, session_id, kind, data)"
            b" SELECT current_organisation(), %s, 'transcript', %s FROM generate_series(1, 500)",
            [session.id, Jsonb({"text": "word " * 2000})],
        )
    put(media, chunk_key(organisation_id, take["id"], 0), bytes(4 * 1024 * 1024))
    archive, largest = await _read(export_candidate(database, media, organisation_id, session.candidate_id))
    assert archive.getinfo(f"recordings/{session.id}/question-1-take-1.webm").file_size == 4 * 1024 * 1024
    assert archive.getinfo("events.json").file_size > 5_000_000
    assert largest < 2 * 1024 * 1024
