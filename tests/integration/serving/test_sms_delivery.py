"""SMS through a real HTTP gateway: what it is posted, and what each of its answers leads to."""

import asyncio
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
import structlog
from message_samples import ADA, LI, LINK, TOKEN, Directory, invitation
from pydantic import ValidationError
from sent_codes import sent_code

from serving.delivery.mail import MailSettings
from serving.delivery.message_delivery import MessageDelivery
from serving.delivery.sms import SmsSettings
from serving.log import configure_log
from storage.candidates.records import CandidateChanges
from storage.candidates.transactions import change_candidate
from storage.database import Database
from storage.identity.transactions import send_code
from storage.jobs import worker as jobs
from storage.messages.recipients import find_recipient
from storage.messages.records import Message, MessageQuery
from storage.messages.transactions import DELIVER_MESSAGE, get_message, list_messages, queue_message
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.sessions.records import Session
from storage.settings import StorageSettings
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration

HASTY = replace(DELIVER_MESSAGE, waits_s=(1, 1))
SECRET = "gateway-t0ken"
LOSE = 0  # no answer: the connection is closed


class Gateway(ThreadingHTTPServer):
    """Keeps what it is posted, and answers with the statuses it is given, then with 202."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: list[tuple[str, dict[str, str], Any]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v2/sms"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posts.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 202
        if status == LOSE:
            return
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings(url: str, **changes: Any) -> SmsSettings:
    return SmsSettings.model_validate(
        {"sms_gateway_url": url, "sms_gateway_token": SECRET, "sms_timeout_s": 5} | changes
    )


@pytest.fixture
async def session(database: Database, organisation_id: UUID, build: Any) -> Session:
    """An invited session; no job waits."""
    async with database.operator() as connection:
        await connection.execute(b"DELETE FROM procrastinate_jobs")
    async with database.transaction(organisation_id) as connection:
        made: Session = await build.session(connection)
    return made


@pytest.fixture
async def message(database: Database, organisation_id: UUID, session: Session) -> Message:
    """A queued invitation."""
    async with database.transaction(organisation_id) as connection:
        return await queue_message(connection, organisation_id, invitation(session, channel="sms"))


def delivery(database: Database, sms: SmsSettings, directory: Directory | None = None) -> MessageDelivery:
    return MessageDelivery(database, directory or Directory(), MailSettings(), sms)


@asynccontextmanager
async def working(storage: StorageSettings, delivering: MessageDelivery) -> AsyncIterator[None]:
    task = jobs.Task(HASTY, delivering.run, delivering.give_up)
    worker = asyncio.create_task(jobs.JobWorker(storage, [task], concurrency=2).run())
    try:
        yield
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def read(database: Database, organisation_id: UUID, message: Message) -> Message:
    async with database.transaction(organisation_id) as connection:
        return await get_message(connection, message.id)


async def ended(database: Database, organisation_id: UUID, message: Message) -> Message:
    async with asyncio.timeout(30):
        while (found := await read(database, organisation_id, message)).state in ("queued", "sending"):
            await asyncio.sleep(0.05)
    return found


async def test_an_sms_is_posted_once_with_its_id_and_the_token(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    session: Session,
    message: Message,
    gateway: Gateway,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    directory = Directory()
    directory.people[session.candidate_id] = LI
    delivering = delivery(database, settings(gateway.url), directory)
    async with working(storage_settings, delivering):
        sent = await ended(database, organisation_id, message)
    assert (sent.state, sent.attempts, sent.reason) == ("sent", 1, None)
    await delivering.run(organisation_id, message.id)  # as a job that runs twice
    [(path, headers, body)] = gateway.posts
    assert path == "/v2/sms"
    assert headers["Authorization"] == f"Bearer {SECRET}" and headers["Idempotency-Key"] == str(message.id)
    assert set(body) == {"id", "to", "text"} and (body["id"], body["to"]) == (str(message.id), LI.phone)
    assert LINK in body["text"] and "李娜，您好！邀请您参加“Team lead”的线上面试" in body["text"]
    logs = "".join(capsys.readouterr()) + caplog.text
    assert str(message.id) in logs
    for secret in (SECRET, TOKEN, "13900139000", "李娜"):
        assert secret not in logs


async def test_a_code_is_posted_and_no_log_or_row_holds_it(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    session: Session,
    gateway: Gateway,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    configure_log()
    gateway.answers = [503]
    async with database.transaction(organisation_id) as connection:
        await change_policy(connection, session.interview_id, ANY_VERSION, PolicySettings(one_time_code="required"))
        await change_candidate(
            connection, session.candidate_id, ANY_VERSION, CandidateChanges(phone="+8613900139000", language="zh")
        )
        await send_code(connection, session.id, "sms")
        code = await sent_code(connection, session.id)
        [message] = (await list_messages(connection, MessageQuery(session_id=session.id))).items
    delivering = MessageDelivery(database, find_recipient, MailSettings(), settings(gateway.url))
    try:
        async with working(storage_settings, delivering):
            sent = await ended(database, organisation_id, message)
    finally:
        structlog.reset_defaults()
    assert (sent.kind, sent.state, sent.attempts) == ("identity_code", "sent", 2)
    assert {(body["to"], body["id"]) for _, _, body in gateway.posts} == {("+8613900139000", str(message.id))}
    text = gateway.posts[-1][2]["text"]
    assert f"您的线上面试验证码是 {code}，10 分钟内有效" in text and "\n" not in text
    logs = "".join(capsys.readouterr()) + caplog.text
    assert str(message.id) in logs and "job failed" in logs  # the first try, with its trace
    for secret in (f"'{code}'", f" {code}", "验证码", "13900139000"):
        assert secret not in logs
    async with database.operator() as connection:
        rows = await connection.execute(b"SELECT code FROM messages WHERE id = %s", [message.id])
        assert await rows.fetchone() == {"code": None}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_gateway_that_cannot_now_is_asked_again(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    message: Message,
    gateway: Gateway,
    status: int,
) -> None:
    gateway.answers = [status]
    async with working(storage_settings, delivery(database, settings(gateway.url))):
        sent = await ended(database, organisation_id, message)
    assert (sent.state, sent.attempts, len(gateway.posts)) == ("sent", 2, 2)
    assert len({body["id"] for _, _, body in gateway.posts}) == 1


async def test_a_gateway_that_never_can_is_given_up(
    storage_settings: StorageSettings, database: Database, organisation_id: UUID, message: Message, gateway: Gateway
) -> None:
    gateway.answers = [503, 503, 503]
    async with working(storage_settings, delivery(database, settings(gateway.url))):
        failed = await ended(database, organisation_id, message)
    assert (failed.state, failed.reason) == ("failed", "The SMS gateway refused the SMS (503).")
    assert len(gateway.posts) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 422, 307])
async def test_what_the_gateway_refuses_for_good_has_failed(
    database: Database, organisation_id: UUID, message: Message, gateway: Gateway, status: int
) -> None:
    gateway.answers = [status]
    await delivery(database, settings(gateway.url)).run(organisation_id, message.id)
    failed = await read(database, organisation_id, message)
    assert (failed.state, failed.reason) == ("failed", f"The SMS gateway refused the SMS ({status}).")
    assert len(gateway.posts) == 1  # a redirect is not followed: the token goes to no other place


async def test_without_an_answer_it_is_unknown_and_not_posted_again(
    database: Database, organisation_id: UUID, message: Message, gateway: Gateway
) -> None:
    gateway.answers = [LOSE]
    delivering = delivery(database, settings(gateway.url))
    for _ in range(2):
        await delivering.run(organisation_id, message.id)
    unknown = await read(database, organisation_id, message)
    assert (unknown.state, unknown.reason) == ("unknown", "The SMS gateway was lost before it had answered.")
    assert len(gateway.posts) == 1


async def test_a_gateway_that_is_away_is_waited_for(
    database: Database, organisation_id: UUID, message: Message
) -> None:
    with socket.socket() as silent:  # nobody else can listen there
        silent.bind(("127.0.0.1", 0))
        away = settings(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(jobs.Refusal, match="does not answer"):
            await delivery(database, away).run(organisation_id, message.id)
    waits = await read(database, organisation_id, message)
    assert (waits.state, waits.reason) == ("queued", "The SMS gateway does not answer.")


async def test_without_a_gateway_or_a_number_it_fails_and_says_why(
    database: Database, organisation_id: UUID, session: Session, gateway: Gateway
) -> None:
    directory = Directory()
    directory.people[session.candidate_id] = replace(ADA, phone=None)
    told = []
    for sms, found in ((SmsSettings(), Directory()), (settings(gateway.url), directory)):
        async with database.transaction(organisation_id) as connection:
            message = await queue_message(connection, organisation_id, invitation(session, channel="sms"))
        await delivery(database, sms, found).run(organisation_id, message.id)
        failed = await read(database, organisation_id, message)
        told.append((failed.state, failed.reason))
    assert told == [
        ("failed", "Parley is not set to send this: PARLEY_SMS_GATEWAY_URL is missing."),
        ("failed", "The candidate has no phone number."),
    ]
    assert gateway.posts == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"sms_gateway_url": "ftp://sms.test"},
        {"sms_gateway_url": "https://"},
        {"sms_gateway_url": "https://sms.test:port"},
        {"sms_gateway_url": "https://user:word@sms.test"},
        {"sms_gateway_url": "https://sms.test/send?key=word"},
        {"sms_gateway_token": None},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings("https://sms.test", **wrong)
