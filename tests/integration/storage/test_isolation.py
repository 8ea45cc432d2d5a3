"""A second organisation sees nothing of the first, in any table, and cannot point at it either."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from storage.access import system
from storage.accommodations.records import AccommodationDecision, NewAccommodation
from storage.accommodations.transactions import decide_accommodation, request_accommodation
from storage.applications.records import ApplicationQuery
from storage.applications.transactions import list_applications
from storage.candidates.records import CandidateChanges, NewCandidate
from storage.candidates.transactions import change_candidate, get_candidate
from storage.consents.records import NewConsent
from storage.consents.transactions import get_notice, give_consent
from storage.database import Connection, Database
from storage.decisions.records import NewDecision
from storage.decisions.transactions import decide
from storage.device_checks import transactions as device_checks
from storage.device_checks.records import DeviceReport
from storage.errors import NotFound
from storage.idempotency.transactions import claim_key
from storage.identity.faces import store_face_check
from storage.identity.records import FaceVerdict
from storage.identity.transactions import send_code
from storage.interviews.transactions import create_interview, get_interview
from storage.invitations.records import NewInvitation
from storage.invitations.transactions import invite
from storage.members.records import NewMember
from storage.members.transactions import create_member
from storage.messages.records import NewMessage
from storage.messages.transactions import queue_message
from storage.outcomes.records import NewOutcome
from storage.outcomes.transactions import create_outcome
from storage.paces.transactions import record_paces
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.positions.records import NewPosition
from storage.positions.transactions import add_manager, create_position
from storage.reports.transactions import store_report
from storage.resumes.records import NewResume
from storage.resumes.transactions import announce_resume
from storage.retention.transactions import hold_step, request_erasure
from storage.sessions.records import Session, Submission
from storage.sessions.transactions import submit_session, withdraw_session
from storage.signals.records import NewSignal, NewSignals
from storage.signals.transactions import store_signals
from storage.sittings.transactions import ask_question
from storage.steps.transactions import StepResult, step_key, store_step
from storage.templates.records import NewTemplate
from storage.templates.transactions import create_template
from storage.text_answers.records import NewTextAnswer
from storage.text_answers.transactions import store_text_answer
from storage.updates import ANY_VERSION
from storage.voices.records import NewVoice
from storage.voices.transactions import keep_voice
from storage.webhooks.attempts import begin_attempt
from storage.webhooks.messages import announce, list_deliveries
from storage.webhooks.records import DeliveryQuery, NewEndpoint
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules
from storage.webhooks.transactions import create_endpoint

pytestmark = pytest.mark.integration


async def _tables(database: Database) -> list[str]:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        return [row["tablename"] for row in await rows.fetchall()]


async def _visible(database: Database, organisation_id: UUID, table: str) -> list[str]:
    """The rows of a table that the organisation sees, as text."""
    try:
        async with database.transaction(organisation_id) as connection:
            rows = await connection.execute(sql.SQL("SELECT t::text AS row FROM {} t").format(sql.Identifier(table)))
            return [row["row"] for row in await rows.fetchall()]
    except psycopg.errors.InsufficientPrivilege:
        return []


async def _fill(database: Database, organisation_id: UUID, build: Any) -> UUID:
    """One row at least in every table an organisation writes to; the session's id."""
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        notice = await get_notice(connection, session.id)
        consent = NewConsent(language="en", notice_sha256=notice.sha256, choice="accept")
        await give_consent(connection, system(organisation_id), session.id, consent)
        await build.stored_take(connection, session)
        await _fill_hiring(connection, session)
        await _fill_telling(connection, session)
        await _fill_sitting(connection, session)
        await _fill_identity(connection, session)
        await _fill_writing(connection, session)
        await submit_session(connection, organisation_id, session.id, Submission())
        await store_step(connection, step_key("test", {}), "test", StepResult({}, 0.0))
        await store_report(connection, session.id, {})
        await record_paces(connection, session.id, [120.0])
        await _fill_privacy(connection, session)
    return session.id


async def _fill_hiring(connection: Connection, session: Session) -> None:
    person = system(connection.organisation_id)
    await keep_voice(connection, session.interview_id, 1, NewVoice(bytes(32), "audio/mpeg", 1, 1.0, "an engine"))
    member = await create_member(connection, NewMember(name="Eve", email="eve@example.org", role="admin"))
    interview = await get_interview(connection, session.interview_id)
    await add_manager(connection, interview.position_id, member.id)
    question = {"dimension": "service", "text": "?", "rubric": [{"text": "listens"}], "language": "en"}
    await create_template(connection, NewTemplate.model_validate(question))
    await invite(connection, interview.id, NewInvitation(candidate_id=session.candidate_id), "https://parley.example")
    other = await invite(
        connection, interview.id, NewInvitation(candidate=NewCandidate(name="Bob")), "https://x.example"
    )
    await withdraw_session(connection, other.session_id)
    hired = NewDecision(decision="hired", reason="Calm.", member_id=member.id)
    await decide(connection, person, other.session_id, hired)
    query = ApplicationQuery(candidate_id=other.candidate_id)
    [application] = (await list_applications(connection, query)).items
    outcome = NewOutcome(application_id=application.id, measured_on=date(2026, 10, 1), performance=70)
    await create_outcome(connection, outcome)
    await announce_resume(connection, session.candidate_id, NewResume(size=1, sha256="0" * 64))
    assert await claim_key(connection, member.id, "key", bytes(32)) is None


async def _fill_sitting(connection: Connection, session: Session) -> None:
    await request_accommodation(connection, session.id, NewAccommodation(audio_only=True))
    await ask_question(connection, session.id, 1, "some-device")
    await device_checks.store_report(
        connection, session.id, DeviceReport(latency_ms=20, upload_kbps=5000, quality="high", browser="Firefox")
    )


async def _fill_writing(connection: Connection, session: Session) -> None:
    await decide_accommodation(connection, session.id, AccommodationDecision(granted=True, text_answers=True))
    await store_text_answer(connection, session.id, 2, NewTextAnswer(text="I share the work."))
    signal = NewSignal(kind="paste", question_number=2, start_s=0, end_s=0, detail=17)
    await store_signals(connection, session.id, NewSignals(items=[signal]))


async def _fill_identity(connection: Connection, session: Session) -> None:
    await change_policy(connection, session.interview_id, ANY_VERSION, PolicySettings(one_time_code="required"))
    candidate = await get_candidate(connection, session.candidate_id)
    changes = CandidateChanges(email="ada@example.org")
    await change_candidate(connection, candidate.id, candidate.version, changes)
    await send_code(connection, session.id, "mail")
    notice = await get_notice(connection, session.id)
    consent = NewConsent(language="en", notice_sha256=notice.sha256, choice="accept", biometrics=True)
    await give_consent(connection, system(connection.organisation_id), session.id, consent)
    await store_face_check(connection, session.id, "photo", FaceVerdict("match", "same_person", "a model"), None)


async def _fill_telling(connection: Connection, session: Session) -> None:
    organisation_id = connection.organisation_id
    new = NewEndpoint(url="https://8.8.8.8/", event_types=["report.ready"])
    endpoint = await create_endpoint(connection, new, TargetRules(WebhookSettings()))
    await announce(connection, organisation_id, "report.ready", {"session_id": session.id})
    [delivery] = (await list_deliveries(connection, endpoint.id, DeliveryQuery())).items
    await begin_attempt(connection, delivery.id)
    done = NewMessage(kind="interview_done", channel="mail", candidate_id=session.candidate_id, session_id=session.id)
    await queue_message(connection, organisation_id, done)


async def _fill_privacy(connection: Connection, session: Session) -> None:
    await change_policy(connection, None, ANY_VERSION, PolicySettings(media_days=7))
    await hold_step(connection, session.id, step_key("test", {}))
    await connection.execute(
        b"INSERT INTO decision_records (organisation_id, session_id, document)"
        b" VALUES (current_organisation(), %s, '{}')",
        [session.id],
    )
    await request_erasure(connection, session.candidate_id)


async def test_a_second_organisation_sees_nothing_of_the_first_in_any_table(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    await _fill(database, organisation_id, build)
    own = {table: await _visible(database, organisation_id, table) for table in await _tables(database)}
    written = {table for table, rows in own.items() if rows}
    assert written >= {
        "organisations", "api_keys", "positions", "interviews", "dimensions", "questions", "candidates", "sessions",
        "takes", "chunks", "steps", "reports", "events", "paces", "procrastinate_jobs", "procrastinate_events",
        "members", "position_managers", "idempotency_keys", "audit_log", "question_templates", "applications",
        "invitations", "decisions", "outcomes", "resumes", "webhook_endpoints", "webhook_secrets", "webhook_messages",
        "webhook_deliveries", "webhook_attempts", "messages", "policies", "consents", "step_sessions",
        "decision_records", "erasures", "question_voices", "identity_codes", "identity_checks", "device_checks",
        "text_answers", "signals",
    }  # fmt: skip
    for table in own:
        others = await _visible(database, other_organisation_id, table)
        assert not set(own[table]) & set(others), table
        assert not any(str(organisation_id) in row for row in others), table


async def test_every_table_of_ours_is_under_row_level_security(database: Database) -> None:
    async with database.operator() as connection:
        rows = await connection.execute(
            b"SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            b" WHERE nspname = 'public' AND relkind = 'r' AND NOT relrowsecurity"
        )
        unprotected = {row["relname"] for row in await rows.fetchall()}
    # The migration tool's own tables hold no organisation's data, and parley_app may not read them.
    assert all(name.startswith(("_yoyo", "yoyo")) for name in unprotected), unprotected


async def test_without_an_organisation_nothing_is_seen(database: Database, organisation_id: UUID, build: Any) -> None:
    await _fill(database, organisation_id, build)
    async with database.operator() as connection:
        await connection.execute(b"SET LOCAL ROLE parley_app")
        rows = await connection.execute(b"SELECT * FROM sessions")
        assert await rows.fetchall() == []


async def test_one_organisation_cannot_point_at_anothers_rows(
    database: Database, organisation_id: UUID, other_organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Team lead"))
    async with database.transaction(other_organisation_id) as connection:
        with pytest.raises(NotFound):
            await create_interview(connection, build.interview(position.id))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with database.transaction(other_organisation_id) as connection:
            await connection.execute(
                b"INSERT INTO interviews (organisation_id, position_id, title, language, opens_at, closes_at,"
                b" minutes_per_candidate, takes_allowed)"
                b" VALUES (current_organisation(), %s, 'x', 'en', now(), now() + interval '1 hour', 1, 1)",
                [position.id],
            )


async def test_an_organisation_cannot_write_as_another(
    database: Database, organisation_id: UUID, other_organisation_id: UUID
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(organisation_id) as connection:
            await connection.execute(
                b"INSERT INTO positions (organisation_id, title, headcount, sites) VALUES (%s, 'x', 1, '{}')",
                [other_organisation_id],
            )


async def test_reports_cannot_be_changed(database: Database, organisation_id: UUID, build: Any) -> None:
    session_id = await _fill(database, organisation_id, build)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(organisation_id) as connection:
            await connection.execute(b"UPDATE reports SET document = '{}' WHERE session_id = %s", [session_id])
