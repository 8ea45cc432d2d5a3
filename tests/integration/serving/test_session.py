"""A submitted session on its way to the report, with real engines in this process: speech, writing, sound alone."""

import hashlib
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import media_samples
import pytest
from engines_in_process import ScoringInProcess

from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from loadtests.script import load_script
from models.report.document import Report
from serving.analysts import Analysts
from serving.live_handle import LiveHandle
from serving.session import SessionProcessing
from serving.settings import ServingSettings
from storage.accommodations.records import AccommodationDecision
from storage.accommodations.transactions import decide_accommodation
from storage.database import Connection, Database
from storage.events.transactions import events_after
from storage.media.records import RecordingType, chunk_key
from storage.media.store import MediaStore
from storage.reports.transactions import newest_report
from storage.sessions.records import Session, Submission
from storage.sessions.transactions import get_session, submit_session
from storage.signals.records import NewSignal, NewSignals
from storage.signals.transactions import store_signals
from storage.takes.chunks import announce_chunk, get_chunk, store_chunk
from storage.takes.records import Finish, NewChunk, Take
from storage.takes.transactions import finish_take, start_take
from storage.text_answers.records import NewTextAnswer
from storage.text_answers.transactions import store_text_answer

pytestmark = pytest.mark.integration

SCRIPT = load_script("en")
SPEECH = decode(SCRIPT.answers[0].speech)[: 8 * SAMPLE_RATE]
FACE_FLAGS = {"no_face", "many_faces", "many_frowns", "identity_no_match"}
FACE_KINDS = {"no_face", "many_faces", "gaze_away", "frown", "smile", "blink", "identity"}


class Settled:
    """Nobody has followed the takes live."""

    async def settle(self, session_id: UUID, take_id: UUID) -> None:
        return None


@pytest.fixture(scope="module")
def engines(models_dir: Path) -> ScoringInProcess:
    return ScoringInProcess(models_dir)


@pytest.fixture
def processing(database: Database, media: MediaStore, engines: ScoringInProcess) -> SessionProcessing:
    settings = ServingSettings()
    return SessionProcessing(database, media, cast(Analysts, engines), cast(LiveHandle, Settled()), settings)


async def new_session(connection: Connection, build: Any) -> Session:
    questions = [answer.question for answer in SCRIPT.answers[:2]]
    session: Session = await build.session(connection, dimensions=SCRIPT.dimensions, questions=questions)
    return session


async def record(
    connection: Connection, media: MediaStore, session: Session, number: int, recording: bytes, kind: RecordingType
) -> Take:
    """A stored take of a whole recording."""
    take = await start_take(connection, session.id, number, kind)
    chunk = NewChunk(number=0, size=len(recording), sha256=hashlib.sha256(recording).hexdigest())
    await announce_chunk(connection, take, chunk)
    media.write(chunk_key(connection.organisation_id, take.id, 0), kind, recording)
    await store_chunk(connection, take, await get_chunk(connection, take.id, 0))
    return await finish_take(connection, take.id, Finish(chunks=1))


async def report_of(
    database: Database, processing: SessionProcessing, organisation_id: UUID, session: Session
) -> Report:
    async with database.transaction(organisation_id) as connection:
        await submit_session(connection, organisation_id, session.id, Submission())
    await processing.process(organisation_id, session.id)
    async with database.transaction(organisation_id) as connection:
        assert (await get_session(connection, session.id)).state == "reported"
        stored = await newest_report(connection, session.id)
    assert stored is not None
    return Report.model_validate(stored.document)


async def test_what_was_written_is_scored_and_signals_change_no_score(
    database: Database, media: MediaStore, organisation_id: UUID, processing: SessionProcessing, build: Any
) -> None:
    recording = compose(SPEECH, candidate_picture())
    text = SCRIPT.answers[1].spoken

    async def reported(is_signalled: bool) -> tuple[Report, Session]:
        async with database.transaction(organisation_id) as connection:
            session = await new_session(connection, build)
            await decide_accommodation(connection, session.id, AccommodationDecision(granted=True, text_answers=True))
            before = await record(connection, media, session, 1, recording, "video/webm")
            take = await record(connection, media, session, 1, recording, "video/webm")
            # What was recorded first gives way to what was written then.
            await record(connection, media, session, 2, recording, "video/webm")
        async with database.transaction(organisation_id) as connection:
            await store_text_answer(connection, session.id, 2, NewTextAnswer(text=text))
            items = [
                NewSignal(kind="tab_hidden", take_id=take.id, start_s=1, end_s=7),
                NewSignal(kind="paste", question_number=2, start_s=4, end_s=4, detail=len(text)),
                NewSignal(kind="window_blurred", take_id=before.id, start_s=0, end_s=6),
                NewSignal(kind="device_changed", start_s=0, end_s=0),
            ]
            if is_signalled:
                await store_signals(connection, session.id, NewSignals(items=items))
        return await report_of(database, processing, organisation_id, session), session

    (plain, _), (signalled, session) = await reported(False), await reported(True)
    assert signalled.composite == plain.composite and plain.composite.score is not None
    assert [answer.score for answer in signalled.answers] == [answer.score for answer in plain.answers]
    assert signalled.dimensions == plain.dimensions and signalled.recommendation == plain.recommendation

    spoken, written = signalled.answers
    assert (spoken.form, written.form) == ("spoken", "written")
    assert spoken.transcript is not None and len(spoken.transcript.words) > 5
    assert (written.text, written.transcript, written.media_problems) == (text, None, ())
    assert written.score is not None and written.score.status == "scored"
    assert "delivery" not in {part.member for part in written.score.contributions}
    assert {seen.kind for seen in written.observations} == {"paste"}
    quotes = [proof for part in written.score.contributions for proof in part.evidence]
    assert quotes and all(proof.start is None and proof.quote in text for proof in quotes)

    page = [(seen.kind, seen.start, seen.end) for seen in spoken.observations if seen.label == "page"]
    assert page == [("tab_hidden", 1, 7)]
    assert signalled.outside_answers == (
        "The page tells: the page was left once, for 6 s in all.",
        "The page tells: the device was changed once.",
    )
    new = [(flag.answer, flag.code) for flag in signalled.flags if flag not in plain.flags]
    assert new == [(None, "page_left"), (None, "device_changed"), (1, "page_left"), (2, "text_pasted")]
    async with database.transaction(organisation_id) as connection:
        told = [event.data for event in await events_after(connection, session.id, 0) if event.kind == "observation"]
    assert [data["observation"]["kind"] for data in told] == [
        "tab_hidden", "paste", "window_blurred", "device_changed"
    ]  # fmt: skip


async def test_texts_alone_make_a_report(
    database: Database,
    organisation_id: UUID,
    processing: SessionProcessing,
    engines: ScoringInProcess,
    build: Any,
) -> None:
    engines.watched = 0
    async with database.transaction(organisation_id) as connection:
        session = await new_session(connection, build)
        await decide_accommodation(connection, session.id, AccommodationDecision(granted=True, text_answers=True))
        await store_text_answer(connection, session.id, 1, NewTextAnswer(text=SCRIPT.answers[0].spoken))
    report = await report_of(database, processing, organisation_id, session)
    assert [answer.form for answer in report.answers] == ["written", "spoken"]
    assert [answer.score and answer.score.status for answer in report.answers] == ["scored", None]
    assert [(flag.answer, flag.code) for flag in report.flags if flag.code == "answer_missing"] == [
        (2, "answer_missing")
    ]
    assert engines.watched == 0 and set(report.processing_seconds) == {"scoring"}


@pytest.mark.parametrize("is_granted", [True, False])
async def test_who_answers_by_sound_alone_is_not_looked_at(
    database: Database,
    media: MediaStore,
    organisation_id: UUID,
    processing: SessionProcessing,
    engines: ScoringInProcess,
    build: Any,
    is_granted: bool,
) -> None:
    engines.watched = 0
    async with database.transaction(organisation_id) as connection:
        session = await new_session(connection, build)
        decision = AccommodationDecision(granted=is_granted, audio_only=True, extra_time_percent=0)
        if is_granted:
            await decide_accommodation(connection, session.id, decision)
        await record(connection, media, session, 1, compose(SPEECH, None), "audio/webm")
        # A page that sends pictures all the same: they show nobody.
        await record(connection, media, session, 2, media_samples.no_face(SPEECH), "video/webm")
    report = await report_of(database, processing, organisation_id, session)
    sound, pictures = report.answers
    for answer in report.answers:
        assert answer.transcript is not None and answer.score is not None and answer.score.status == "scored"
    flags = {(flag.answer, flag.code) for flag in report.flags}
    problems = [[problem.code for problem in answer.media_problems] for answer in report.answers]
    # Where there is no picture at all, nobody can be absent from it.
    assert not {kind.kind for kind in sound.observations} & FACE_KINDS
    assert not {code for answer, code in flags if answer == 1} & FACE_FLAGS
    if is_granted:
        assert engines.watched == 0
        assert not {kind.kind for kind in pictures.observations} & FACE_KINDS
        assert not {code for _, code in flags} & {*FACE_FLAGS, "media_problem"}
        assert problems == [[], []]
    else:
        assert engines.watched > 0
        assert (2, "no_face") in flags
        assert problems == [["media-no-video"], []]
