"""What a device check leaves behind: the newest report counts, a candidate sees their own, and all of it is erased."""

import io
from dataclasses import replace
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest

from storage.access import Actor, system
from storage.database import Connection, Database
from storage.device_checks.records import DeviceReport, PictureVerdict, SpeechVerdict, probe_key, probe_prefix
from storage.device_checks.transactions import newest_report, store_report
from storage.errors import Conflict, NotFound
from storage.media.removal import stored_versions
from storage.media.store import MediaStore
from storage.retention.deletion import delete_analysis, delete_recordings
from storage.retention.erasure import Erasing
from storage.retention.holdings import holdings
from storage.retention.transactions import get_erasure, request_erasure
from storage.sessions.records import Session
from storage.sessions.transactions import withdraw_session

pytestmark = pytest.mark.integration

REPORT = DeviceReport(latency_ms=20, upload_kbps=5000, quality="high", camera="good", browser="Firefox 140")


async def checked_session(database: Database, media: MediaStore, organisation_id: UUID, build: Any) -> Session:
    """A session with a report, whose probe was never taken away."""
    async with database.transaction(organisation_id) as connection:
        session: Session = await build.session(connection)
        await store_report(connection, session.id, REPORT)
    client, bucket = media.bucket
    client.put_object(bucket, probe_key(organisation_id, session.id), io.BytesIO(b"probe"), 5)
    return session


def probes(media: MediaStore, organisation_id: UUID, session: Session) -> int:
    return sum(1 for _ in stored_versions(media, probe_prefix(organisation_id, session.id)))


async def test_the_newest_report_counts(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        with pytest.raises(NotFound):
            await newest_report(connection, session.id)
        for quality in ("high", "low", "audio"):
            await store_report(connection, session.id, REPORT.model_copy(update={"quality": quality}))
        found = await newest_report(connection, session.id)
    assert found.model_dump(exclude={"session_id", "created_at"}) == REPORT.model_dump() | {"quality": "audio"}
    assert found.session_id == session.id


async def test_every_verdict_can_be_stored(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        for camera in (*get_args(PictureVerdict), None):
            for microphone in (*get_args(SpeechVerdict), None):
                given = REPORT.model_copy(update={"camera": camera, "microphone": microphone})
                await store_report(connection, session.id, given)
                found = await newest_report(connection, session.id)
                assert (found.camera, found.microphone) == (camera, microphone)


async def test_what_is_over_takes_no_report(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await withdraw_session(connection, session.id)
        with pytest.raises(Conflict) as refusal:
            await store_report(connection, session.id, REPORT)
    assert refusal.value.code == "session-withdrawn"


async def test_a_candidate_sees_and_reports_their_own_device_alone(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        own, other = await build.session(connection), await build.session(connection)
        await store_report(connection, other.id, REPORT)
    candidate = Actor(organisation_id, "candidate", own.candidate_id, frozenset(), session_id=own.id)
    async with database.transaction(candidate) as connection:
        await store_report(connection, own.id, REPORT)
        assert await _rows(connection) == 1
        with pytest.raises(NotFound):
            await store_report(connection, other.id, REPORT)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(candidate) as connection:
            await connection.execute(
                b"INSERT INTO device_checks (organisation_id, session_id, latency_ms, upload_kbps, quality, browser)"
                b" VALUES (current_organisation(), %s, 1, 1, 'high', '')",
                [other.id],
            )


async def test_reports_cannot_be_changed_and_only_parley_itself_erases(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await store_report(connection, session.id, REPORT)
    person = replace(system(organisation_id), kind="key")
    for statement in (b"UPDATE device_checks SET quality = 'low'", b"DELETE FROM device_checks"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.transaction(organisation_id) as connection:
                await connection.execute(statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(person) as connection:
            await connection.execute(b"SELECT erase_device_checks(%s)", [session.id])


async def test_they_go_with_the_sessions_recordings_and_analysis(
    database: Database, media: MediaStore, organisation_id: UUID, build: Any
) -> None:
    session = await checked_session(database, media, organisation_id, build)
    other = await checked_session(database, media, organisation_id, build)
    assert probes(media, organisation_id, session) == 1
    for _ in range(2):  # whoever stopped on the way begins again
        await delete_recordings(database, media, organisation_id, session.id)
        async with database.transaction(organisation_id) as connection:
            await delete_analysis(connection, session.id)
    assert probes(media, organisation_id, session) == 0
    assert probes(media, organisation_id, other) == 1
    async with database.transaction(organisation_id) as connection:
        with pytest.raises(NotFound):
            await newest_report(connection, session.id)
        assert await newest_report(connection, other.id)


async def test_an_erasure_proves_that_they_are_gone(
    database: Database, media: MediaStore, organisation_id: UUID, build: Any
) -> None:
    session = await checked_session(database, media, organisation_id, build)
    held = await holdings(database, media, organisation_id, session.candidate_id)
    assert (held["device_checks"], held["media_versions"]) == (1, 1)
    async with database.transaction(organisation_id) as connection:
        erasure, _ = await request_erasure(connection, session.candidate_id)
    await Erasing(database, media, upload_url_seconds=-60).run(organisation_id, erasure.id)
    async with database.transaction(organisation_id) as connection:
        done = await get_erasure(connection, erasure.id)
    assert done.state == "done" and done.held_before and done.held_after
    assert (done.held_before["device_checks"], done.held_before["media_versions"]) == (1, 1)
    assert (done.held_after["device_checks"], done.held_after["media_versions"]) == (0, 0)


async def _rows(connection: Connection) -> int:
    row = await (await connection.execute(b"SELECT count(*) AS rows FROM device_checks")).fetchone()
    assert row is not None
    return int(row["rows"])
