"""Mail through a real SMTP server with STARTTLS and sign-in: sent once, tried again, given up with a reason."""

import asyncio
import logging
import os
import signal
import socket
import ssl
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from message_samples import LI, LINK, TOKEN, Directory, done, invitation
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
from storage.messages.sending import INTERRUPTED
from storage.messages.transactions import DELIVER_MESSAGE, get_message, list_messages, queue_message
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.sessions.records import Session
from storage.settings import StorageSettings
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration

HASTY = replace(DELIVER_MESSAGE, waits_s=(1, 1))
PATIENT = replace(DELIVER_MESSAGE, waits_s=(1,) * 20)
USER, PASSWORD = "parley@example.org", "p@ss/w:rd %41"
QUOTED = "parley%40example.org:p%40ss%2Fw%3Ard%20%2541"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_HEARTBEAT_S", 0.2)
    monkeypatch.setattr(jobs, "_DEAD_AFTER_S", 1.0)


@dataclass
class Certificate:
    """A certificate of 127.0.0.1 that signs itself."""

    path: Path
    server: ssl.SSLContext


def certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path, key_path)
    return Certificate(path, server)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certificate"))


@dataclass
class Mailbox:
    """What an SMTP server received, and what it answers to recipients and to data, one after the other."""

    received: list[Envelope] = field(default_factory=list)
    to_recipients: list[str] = field(default_factory=list)
    to_data: list[str] = field(default_factory=list)
    on_data: Callable[[], None] | None = None

    async def handle_RCPT(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.to_recipients.pop(0) if self.to_recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if answer.startswith("250"):
            self.received.append(envelope)
        if self.on_data is not None:
            self.on_data()
        return answer

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(e.content, EmailMessage, policy=default) for e in self.received if e.content]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def sign_in(server: SMTP, session: SmtpSession, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Callable[..., int]]:
    """Starts the mailbox's server; its port."""
    started: list[Controller] = []

    def start(port: int | None = None, **options: Any) -> int:
        controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port(), **options)
        controller.start()
        started.append(controller)
        return int(controller.port)

    yield start
    for controller in started:
        controller.stop()


@pytest.fixture
def secure(serve: Callable[..., int], trusted: Certificate) -> Callable[..., int]:
    """Starts it with STARTTLS and sign-in required."""

    def start(port: int | None = None) -> int:
        return serve(port, tls_context=trusted.server, require_starttls=True, auth_required=True, authenticator=sign_in)

    return start


def settings(port: int, certificate: Certificate | None, login: str = f"{QUOTED}@", **changes: Any) -> MailSettings:
    return MailSettings.model_validate(
        {
            "smtp_url": f"smtp://{login}127.0.0.1:{port}",
            "smtp_ca_file": certificate.path if certificate else None,
            "mail_sender": "interviews@acme.example",
            "smtp_timeout_s": 5,
        }
        | changes
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
        return await queue_message(connection, organisation_id, invitation(session))


def delivery(database: Database, mail: MailSettings, directory: Directory | None = None) -> MessageDelivery:
    return MessageDelivery(database, directory or Directory(), mail, SmsSettings())


@asynccontextmanager
async def working(
    storage: StorageSettings, delivering: MessageDelivery, kind: jobs.JobKind = HASTY
) -> AsyncIterator[None]:
    task = jobs.Task(kind, delivering.run, delivering.give_up)
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
    """The message, once it waits no more."""
    async with asyncio.timeout(30):
        while (found := await read(database, organisation_id, message)).state in ("queued", "sending"):
            await asyncio.sleep(0.05)
    return found


async def tried(database: Database, organisation_id: UUID, message: Message, mail: MailSettings) -> Message:
    """The message after one try."""
    with suppress(jobs.Refusal):
        await delivery(database, mail).run(organisation_id, message.id)
    return await read(database, organisation_id, message)


async def test_an_invitation_arrives_over_starttls_with_sign_in_once(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    session: Session,
    message: Message,
    mailbox: Mailbox,
    secure: Callable[..., int],
    trusted: Certificate,
    capsys: pytest.CaptureFixture[str],
) -> None:
    directory = Directory()
    directory.people[session.candidate_id] = LI
    delivering = delivery(database, settings(secure(), trusted), directory)
    async with working(storage_settings, delivering):
        sent = await ended(database, organisation_id, message)
    assert (sent.state, sent.attempts, sent.reason) == ("sent", 1, None) and sent.sent_at is not None
    await delivering.run(organisation_id, message.id)  # as a job that runs twice
    [mail] = mailbox.mails()
    assert mailbox.received[0].rcpt_tos == ["li@example.cn"]
    assert mailbox.received[0].mail_from == "interviews@acme.example"
    assert mail["To"] == "李娜 <li@example.cn>" and mail["Message-ID"] == f"<{message.id}@acme.example>"
    body = mail.get_body(("plain",))
    assert body is not None and LINK in body.get_content() and "Team lead" in body.get_content()
    logs = "".join(capsys.readouterr())
    assert str(message.id) in logs
    for secret in (TOKEN, "li@example.cn", "李娜", PASSWORD, QUOTED):
        assert secret not in logs


async def test_a_code_arrives_in_both_parts_and_no_log_or_row_holds_it(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    session: Session,
    mailbox: Mailbox,
    secure: Callable[..., int],
    trusted: Certificate,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with database.transaction(organisation_id) as connection:
        await change_policy(connection, session.interview_id, ANY_VERSION, PolicySettings(one_time_code="required"))
        changes = CandidateChanges(email="ada.l@example.org")
        await change_candidate(connection, session.candidate_id, ANY_VERSION, changes)
        await send_code(connection, session.id, "mail")
        code = await sent_code(connection, session.id)
        [message] = (await list_messages(connection, MessageQuery(session_id=session.id))).items
    delivering = MessageDelivery(database, find_recipient, settings(secure(), trusted), SmsSettings())
    async with working(storage_settings, delivering):
        sent = await ended(database, organisation_id, message)
    assert (sent.kind, sent.state, sent.attempts) == ("identity_code", "sent", 1)
    [mail] = mailbox.mails()
    assert mailbox.received[0].rcpt_tos == ["ada.l@example.org"] and code not in mail["Subject"]
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    for part in mail.iter_parts():
        assert isinstance(part, EmailMessage) and code in part.get_content()
    logs = "".join(capsys.readouterr())
    assert str(message.id) in logs and f" {code}" not in logs and "ada.l@" not in logs
    async with database.operator() as connection:
        rows = await connection.execute(b"SELECT code FROM messages WHERE id = %s", [message.id])
        assert await rows.fetchone() == {"code": None}


async def test_mail_goes_over_tls_from_the_first_byte_too(
    database: Database, organisation_id: UUID, message: Message, mailbox: Mailbox, trusted: Certificate
) -> None:
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port(), ssl_context=trusted.server)
    server.start()
    try:
        url = f"smtps://127.0.0.1:{server.port}"
        sent = await tried(database, organisation_id, message, settings(server.port, trusted, smtp_url=url))
    finally:
        server.stop()
    assert sent.state == "sent" and len(mailbox.received) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"login": "parley%40example.org:wrong@"}, "The mail server refused our sign-in (535 5.7.8)."),
        ({"certificate": None}, "The mail server's certificate is not trusted, or TLS failed otherwise."),
        ({"login": ""}, "The mail server refused our sender's address (530 5.7.0)."),
    ],
)
async def test_what_the_operator_must_repair_is_told_and_tried_again(
    database: Database,
    organisation_id: UUID,
    message: Message,
    mailbox: Mailbox,
    secure: Callable[..., int],
    trusted: Certificate,
    changes: dict[str, Any],
    told: str,
) -> None:
    port = secure()
    waits = await tried(database, organisation_id, message, settings(port, **{"certificate": trusted} | changes))
    assert (waits.state, waits.reason, mailbox.received) == ("queued", told, [])
    sent = await tried(database, organisation_id, message, settings(port, trusted))
    assert (sent.state, sent.attempts, len(mailbox.received)) == ("sent", 2, 1)


async def test_an_unverified_server_is_used_only_where_that_was_asked_for(
    database: Database, organisation_id: UUID, message: Message, mailbox: Mailbox, secure: Callable[..., int]
) -> None:
    sent = await tried(database, organisation_id, message, settings(secure(), None, smtp_verify=False))
    assert sent.state == "sent" and len(mailbox.received) == 1


async def test_a_server_without_starttls_gets_mail_only_where_tls_is_optional(
    database: Database, organisation_id: UUID, message: Message, mailbox: Mailbox, serve: Callable[..., int]
) -> None:
    port = serve()
    waits = await tried(database, organisation_id, message, settings(port, None, login=""))
    assert waits.state == "queued" and waits.reason is not None and "does not do what is needed" in waits.reason
    assert mailbox.received == []
    optional = settings(port, None, login="", smtp_starttls="optional")
    sent = await tried(database, organisation_id, message, optional)
    assert sent.state == "sent" and len(mailbox.received) == 1


async def test_a_server_that_was_away_gets_the_mail_when_it_is_back(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    message: Message,
    mailbox: Mailbox,
    secure: Callable[..., int],
    trusted: Certificate,
) -> None:
    port = free_port()
    async with working(storage_settings, delivery(database, settings(port, trusted)), PATIENT):
        async with asyncio.timeout(30):
            while (waits := await read(database, organisation_id, message)).reason is None:
                await asyncio.sleep(0.02)
        assert (waits.state, waits.reason) == ("queued", "The mail server does not answer.")
        secure(port)
        sent = await ended(database, organisation_id, message)
    assert sent.state == "sent" and sent.attempts >= 2 and len(mailbox.received) == 1


async def test_a_server_that_stays_away_is_given_up_and_told(
    storage_settings: StorageSettings, database: Database, organisation_id: UUID, message: Message
) -> None:
    with socket.socket() as silent:  # nobody else can listen there
        silent.bind(("127.0.0.1", 0))
        away = settings(silent.getsockname()[1], None)
        async with working(storage_settings, delivery(database, away)):
            failed = await ended(database, organisation_id, message)
    assert (failed.state, failed.reason, failed.attempts) == ("failed", "The mail server does not answer.", 3)


@pytest.mark.parametrize(
    ("at", "answer", "told"),
    [
        ("to_recipients", "550 5.1.1 <ada@example.org> unknown", "The mail server refused the recipient (550 5.1.1)."),
        ("to_data", "554 Ada's mail is spam", "The mail server refused the mail (554)."),
    ],
)
async def test_what_the_server_refuses_for_good_has_failed(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    message: Message,
    mailbox: Mailbox,
    serve: Callable[..., int],
    at: str,
    answer: str,
    told: str,
) -> None:
    setattr(mailbox, at, [answer])
    plain = settings(serve(), None, login="", smtp_starttls="optional")
    async with working(storage_settings, delivery(database, plain)):
        failed = await ended(database, organisation_id, message)
    assert (failed.state, failed.reason, failed.attempts) == ("failed", told, 1)
    assert mailbox.received == []


@pytest.mark.parametrize("at", ["to_recipients", "to_data"])
async def test_what_the_server_refuses_for_now_is_tried_again_and_no_log_quotes_it(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    message: Message,
    mailbox: Mailbox,
    serve: Callable[..., int],
    at: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    configure_log()
    setattr(mailbox, at, ["451 4.7.1 <ada@example.org> come back later"])
    plain = settings(serve(), None, login="", smtp_starttls="optional")
    try:
        async with working(storage_settings, delivery(database, plain)):
            sent = await ended(database, organisation_id, message)
    finally:
        structlog.reset_defaults()
    assert (sent.state, sent.attempts, len(mailbox.received)) == ("sent", 2, 1)
    ours = [record for record in caplog.records if not record.name.startswith("mail.log")]  # the server's own log
    logs = capsys.readouterr().err + "".join(logging.Formatter().format(record) for record in ours)
    assert "job failed" in logs and "Unavailable" in logs
    assert "ada@example.org" not in logs and TOKEN not in logs


async def test_a_connection_that_breaks_within_the_mail_leaves_it_unknown(
    database: Database, organisation_id: UUID, message: Message, trusted: Certificate
) -> None:
    taken = []

    async def lose(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                taken.append(await reader.readuntil(b"\r\n.\r\n"))  # all of it; but no answer
                break
            writer.write(b"250 OK\r\n")
        writer.close()

    async with await asyncio.start_server(lose, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        plain = settings(port, None, login="", smtp_starttls="optional")
        unknown = await tried(database, organisation_id, message, plain)
        again = await tried(database, organisation_id, message, plain)
    assert (unknown.state, unknown.reason) == ("unknown", "The mail server was lost while it took the mail.")
    assert again == unknown and len(taken) == 1


async def test_a_sender_killed_right_after_the_server_took_the_mail_does_not_send_it_again(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    message: Message,
    mailbox: Mailbox,
    serve: Callable[..., int],
) -> None:
    mail = settings(serve(), None, login="", smtp_starttls="optional")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _WORKER,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PARLEY_DATABASE_URL": storage_settings.database_url.get_secret_value(),
            "PARLEY_FIELD_KEYS": storage_settings.field_keys.get_secret_value(),
            "PARLEY_S3_URL": storage_settings.s3_url,
            "PARLEY_S3_ACCESS_KEY": "unused",
            "PARLEY_S3_SECRET_KEY": "unused",
            "PARLEY_SMTP_URL": f"smtp://127.0.0.1:{_port(mail)}",
            "PARLEY_SMTP_STARTTLS": "optional",
            "PARLEY_MAIL_SENDER": "interviews@acme.example",
        },
    )
    mailbox.on_data = lambda: os.kill(child.pid, signal.SIGKILL)
    try:
        assert await asyncio.wait_for(child.wait(), 40) == -signal.SIGKILL
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert len(mailbox.received) == 1
    assert (await read(database, organisation_id, message)).state == "sending"
    mailbox.on_data = None
    async with working(storage_settings, delivery(database, mail)):
        unknown = await ended(database, organisation_id, message)
        await asyncio.sleep(2)  # longer than the waits between tries
    assert (unknown.state, unknown.reason) == ("unknown", INTERRUPTED)
    assert len(mailbox.received) == 1


def _port(mail: MailSettings) -> str:
    assert mail.smtp_url is not None
    return mail.smtp_url.get_secret_value().rpartition(":")[2]


_WORKER = textwrap.dedent(
    """
    import asyncio
    from message_samples import Directory
    from serving.delivery.mail import MailSettings
    from serving.delivery.message_delivery import MessageDelivery
    from serving.delivery.sms import SmsSettings
    from storage.database import Database
    from storage.jobs.worker import JobWorker
    from storage.settings import StorageSettings

    async def work():
        async with Database(StorageSettings()) as database:
            task = MessageDelivery(database, Directory(), MailSettings(), SmsSettings()).task()
            await JobWorker(StorageSettings(), [task], 1).run()

    asyncio.run(work())
    """
)


async def test_racing_workers_send_one_mail(
    database: Database, organisation_id: UUID, message: Message, mailbox: Mailbox, serve: Callable[..., int]
) -> None:
    plain = settings(serve(), None, login="", smtp_starttls="optional")
    delivering = delivery(database, plain)
    await asyncio.gather(*(delivering.run(organisation_id, message.id) for _ in range(4)))
    # Those that came while it was sent saw it claimed; its sender tells all the same how it went.
    assert (await read(database, organisation_id, message)).state == "sent"
    assert len(mailbox.received) == 1


async def test_without_a_mail_server_mail_fails_and_says_why(
    database: Database, organisation_id: UUID, message: Message
) -> None:
    failed = await tried(database, organisation_id, message, MailSettings())
    assert (failed.state, failed.attempts) == ("failed", 0)
    assert failed.reason == "Parley is not set to send this: PARLEY_SMTP_URL is missing."


async def test_an_address_that_is_none_fails(
    database: Database, organisation_id: UUID, session: Session, message: Message, serve: Callable[..., int]
) -> None:
    directory = Directory()
    directory.people[session.candidate_id] = replace(LI, email="a,b@example.org")
    plain = settings(serve(), None, login="", smtp_starttls="optional")
    await delivery(database, plain, directory).run(organisation_id, message.id)
    failed = await read(database, organisation_id, message)
    assert (failed.state, failed.reason) == (
        "failed",
        "The candidate's e-mail address is not one that mail can be sent to.",
    )


async def test_that_an_interview_is_done_arrives_without_a_link(
    database: Database, organisation_id: UUID, session: Session, mailbox: Mailbox, serve: Callable[..., int]
) -> None:
    async with database.transaction(organisation_id) as connection:
        told = await queue_message(connection, organisation_id, done(session, language="zh"))
    plain = settings(serve(), None, login="", smtp_starttls="optional")
    assert (await tried(database, organisation_id, told, plain)).state == "sent"
    [mail] = mailbox.mails()
    assert "您的面试已完成" in mail["Subject"] and mail.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_url": "http://mail.test"},
        {"smtp_url": "smtp://"},
        {"smtp_url": "smtp://user@mail.test"},
        {"smtp_url": "smtp://mail.test:port"},
        {"smtp_url": "smtp://mail.test/inbox"},
        {"mail_sender": None},
        {"mail_sender": "Parley <interviews@acme.example>"},
        {"smtp_url": "smtp://user:pa55w0rd@mail.test", "smtp_starttls": "optional"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(25, None, **wrong)
    assert "pa55w0rd" not in str(refused.value)
