"""Written answers and signals are exported, counted and erased like what was said."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from storage.access import SCOPES, Actor
from storage.accommodations.records import AccommodationDecision
from storage.accommodations.transactions import decide_accommodation
from storage.database import Connection, Database
from storage.media.store import MediaStore
from storage.retention.deletion import delete_analysis
from storage.retention.erasure import Erasing
from storage.retention.export import export_candidate
from storage.retention.holdings import holdings
from storage.retention.transactions import get_erasure, request_erasure
from storage.sessions.records import Session
from storage.signals.records import NewSignal, NewSignals
from storage.signals.transactions import list_signals, store_signals
from storage.text_answers.records import NewTextAnswer
from storage.text_answers.transactions import store_text_answer, text_answers

pytestmark = pytest.mark.integration

TEXT = "I calmed the customer down in writing"


async def written_session(connection: Connection, build: Any) -> Session:
    session: Session = await build.session(connection)
    await decide_accommodation(connection, session.id, AccommodationDecision(granted=True, text_answers=True))
    await store_text_answer(connection, session.id, 1, NewTextAnswer(text=TEXT))
    signal = NewSignal(kind="paste", question_number=1, start_s=0, end_s=0, detail=37)
    await store_signals(connection, session.id, NewSignals(items=[signal]))
    return session


async def test_an_erasure_leaves_neither_text_nor_signal(
    database: Database, organisation_id: UUID, media: MediaStore, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session, other = [await written_session(connection, build) for _ in range(2)]
        erasure, _ = await request_erasure(connection, session.candidate_id)
    await Erasing(database, media, upload_url_seconds=-60).run(organisation_id, erasure.id)
    async with database.transaction(organisation_id) as connection:
        done = await get_erasure(connection, erasure.id)
        assert await text_answers(connection, session.id) == {} and await list_signals(connection, session.id) == []
        assert len(await text_answers(connection, other.id)) == len(await list_signals(connection, other.id)) == 1
    assert done.state == "done" and done.held_before is not None and done.held_after is not None
    for table in ("text_answers", "signals"):
        assert (done.held_before[table], done.held_after[table]) == (1, 0)


async def test_texts_go_with_the_transcripts(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await written_session(connection, build)
        await delete_analysis(connection, session.id)
        assert await text_answers(connection, session.id) == {} and await list_signals(connection, session.id) == []


async def test_nobody_but_parley_itself_erases_them(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await written_session(connection, build)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(Actor(organisation_id, "key", uuid4(), SCOPES)) as connection:
            await connection.execute(b"SELECT erase_writing(%s)", [session.id])


async def test_an_export_holds_what_was_written_and_noticed(
    database: Database, organisation_id: UUID, media: MediaStore, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await written_session(connection, build)
        await written_session(connection, build)
    blocks = [block async for block in export_candidate(database, media, organisation_id, session.candidate_id)]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(blocks)))
    [text] = json.loads(archive.read("text_answers.json"))
    [signal] = json.loads(archive.read("signals.json"))
    assert (text["text"], text["session_id"]) == (TEXT, str(session.id))
    assert (signal["kind"], signal["detail"]) == ("paste", 37)
    held = await holdings(database, media, organisation_id, session.candidate_id)
    assert (held["text_answers"], held["signals"]) == (1, 1)


async def test_the_audit_log_has_no_word_of_it(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        await written_session(connection, build)
    async with database.transaction(organisation_id) as connection:
        rows = await (await connection.execute(b"SELECT a::text AS row FROM audit_log a")).fetchall()
    assert rows and not any("calmed" in row["row"] for row in rows)
