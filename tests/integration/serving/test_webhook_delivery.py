"""Webhooks to a real server: signed, tried again, never sent where they must not go, and never lost with a worker."""

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from serving.delivery.webhook_post import Poster
from serving.delivery.webhooks import WebhookDelivery
from storage.database import Database
from storage.errors import Unavailable
from storage.jobs import worker as jobs
from storage.settings import StorageSettings
from storage.webhooks import attempts
from storage.webhooks.messages import DELIVER_WEBHOOK, announce, get_delivery, list_deliveries, replay
from storage.webhooks.records import CreatedEndpoint, Delivery, DeliveryQuery, NewEndpoint, SecretRotation
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules
from storage.webhooks.transactions import create_endpoint, get_endpoint, rotate_secret

pytestmark = pytest.mark.integration

HASTY = replace(DELIVER_WEBHOOK, waits_s=(0.1, 0.1))
LAX = WebhookSettings(allow_private=True, allow_http=True)
NAME = "hooks.example.test"


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An enterprise's server. It answers with these statuses in turn, 0 being never, and then with 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # that TLS asked for
    blocks_written: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/hook", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with ExitStack() as stack:
        yield stack.enter_context(Serving(Receiver(), None))


class Serving:
    """Serves the receiver's port on loopback while entered."""

    def __init__(self, receiver: Receiver, tls: ssl.SSLContext | None) -> None:
        self._receiver = receiver
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        receiver.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self._receiver

    def __exit__(self, *exc: object) -> None:
        self._receiver.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            if status == 0:
                receiver.closing.wait(30)
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url("/elsewhere"))
            self.send_header("Content-Length", "0" if status != 200 else str(1 << 40))
            self.end_headers()
            with suppress(OSError):
                while status == 200:
                    self.wfile.write(bytes(1 << 20))
                    receiver.blocks_written += 1

        do_GET = do_POST

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler


@pytest.fixture(autouse=True)
async def _no_other_jobs(database: Database) -> None:
    async with database.operator() as connection:
        await connection.execute(b"DELETE FROM procrastinate_jobs WHERE queue_name = 'deliveries'")


def delivering(
    database: Database, settings: WebhookSettings = LAX, resolve: Any = None, tls: ssl.SSLContext | None = None
) -> WebhookDelivery:
    return WebhookDelivery(database, Poster(TargetRules(settings, resolve), timeout_s=1.0, tls=tls))


async def _loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def new_endpoint(database: Database, organisation_id: UUID, url: str) -> CreatedEndpoint:
    async with database.transaction(organisation_id) as connection:
        new = NewEndpoint(url=url, event_types=["report.ready"])
        return await create_endpoint(connection, new, TargetRules(LAX, _loopback))


async def announced(database: Database, organisation_id: UUID, endpoint: CreatedEndpoint) -> Delivery:
    async with database.transaction(organisation_id) as connection:
        await announce(connection, organisation_id, "report.ready", {"session_id": uuid4(), "report_version": 1})
    async with database.transaction(organisation_id) as connection:
        return (await list_deliveries(connection, endpoint.id, DeliveryQuery())).items[0]


async def read(database: Database, organisation_id: UUID, delivery: Delivery) -> Delivery:
    async with database.transaction(organisation_id) as connection:
        return await get_delivery(connection, delivery.id)


@asynccontextmanager
async def working(settings: StorageSettings, delivery: WebhookDelivery) -> AsyncIterator[None]:
    task = jobs.Task(HASTY, delivery.deliver, delivery.give_up)
    worker = asyncio.create_task(jobs.JobWorker(settings, [task], concurrency=4).run())
    try:
        yield
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


async def until_ended(database: Database, organisation_id: UUID, delivery: Delivery) -> Delivery:
    async with asyncio.timeout(60):
        while (ended := await read(database, organisation_id, delivery)).state == "pending":
            await asyncio.sleep(0.05)
    return ended


async def test_a_message_arrives_signed(
    storage_settings: StorageSettings, database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url("/hook?key=1"))
    delivery = await announced(database, organisation_id, endpoint)
    async with working(storage_settings, delivering(database)):
        ended = await until_ended(database, organisation_id, delivery)
    [request] = receiver.received
    payload = Webhook(endpoint.secret).verify(request.body, request.headers)
    assert payload["type"] == "report.ready" and payload["data"]["report_version"] == 1
    assert datetime.fromisoformat(payload["timestamp"]) == delivery.created_at
    assert payload["timestamp"].endswith("Z")
    assert request.path == "/hook?key=1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == str(delivery.message_id)
    assert ended.state == "delivered"
    assert [(tried.status, tried.error) for tried in ended.attempts] == [(204, None)]


async def test_failures_and_timeouts_are_tried_again_under_the_same_id_and_never_logged_with_their_url(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    receiver: Receiver,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    receiver.answers = [500, 0]
    endpoint = await new_endpoint(database, organisation_id, receiver.url("/token-of-theirs"))
    delivery = await announced(database, organisation_id, endpoint)
    async with working(storage_settings, delivering(database)):
        ended = await until_ended(database, organisation_id, delivery)
    assert ended.state == "delivered"
    assert [(tried.status, tried.error) for tried in ended.attempts] == [
        (500, "status"),
        (None, "timeout"),
        (204, None),
    ]
    assert receiver.ids() == [str(delivery.message_id)] * 3
    assert len({request.body for request in receiver.received}) == 1
    for request in receiver.received:
        Webhook(endpoint.secret).verify(request.body, request.headers)
    logged = caplog.text + "".join(capfd.readouterr())
    assert str(delivery.id) in logged
    assert "token-of-theirs" not in logged and endpoint.secret not in logged


async def test_after_the_last_try_the_delivery_failed_and_the_endpoint_is_disabled(
    storage_settings: StorageSettings, database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    receiver.answers = [503, 503, 503]
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    delivery = await announced(database, organisation_id, endpoint)
    async with working(storage_settings, delivering(database)):
        ended = await until_ended(database, organisation_id, delivery)
    assert (ended.state, len(ended.attempts), len(receiver.received)) == ("failed", 3, 3)
    async with database.transaction(organisation_id) as connection:
        assert (await get_endpoint(connection, endpoint.id)).disabled_reason == "failing"


async def test_an_endpoint_that_is_gone_is_disabled_and_not_tried_again(
    database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    receiver.answers = [410]
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    first = await announced(database, organisation_id, endpoint)
    waiting = await announced(database, organisation_id, endpoint)
    delivery = delivering(database)
    await delivery.deliver(organisation_id, first.id)  # does not raise: its job is done
    await delivery.deliver(organisation_id, waiting.id)
    assert len(receiver.received) == 1
    assert (await read(database, organisation_id, first)).state == "failed"
    assert (await read(database, organisation_id, waiting)).state == "cancelled"
    async with database.transaction(organisation_id) as connection:
        assert (await get_endpoint(connection, endpoint.id)).disabled_reason == "gone"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_failures_and_not_followed(
    database: Database, organisation_id: UUID, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status]
    delivery = await announced(database, organisation_id, await new_endpoint(database, organisation_id, receiver.url()))
    with pytest.raises(Unavailable):
        await delivering(database).deliver(organisation_id, delivery.id)
    assert [request.path for request in receiver.received] == ["/hook"]
    [tried] = (await read(database, organisation_id, delivery)).attempts
    assert (tried.status, tried.error) == (status, "redirect")


async def test_while_secrets_overlap_both_sign(database: Database, organisation_id: UUID, receiver: Receiver) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    async with database.transaction(organisation_id) as connection:
        rotated = await rotate_secret(connection, endpoint.id, SecretRotation(overlap_hours=1))
    first = await announced(database, organisation_id, endpoint)
    await delivering(database).deliver(organisation_id, first.id)
    async with database.transaction(organisation_id) as connection:
        newest = await rotate_secret(connection, endpoint.id, SecretRotation(overlap_hours=0))
    second = await announced(database, organisation_id, endpoint)
    await delivering(database).deliver(organisation_id, second.id)
    during, after = receiver.received
    for secret in (rotated.secret, endpoint.secret):
        Webhook(secret).verify(during.body, during.headers)
        assert "v1," in after.headers["webhook-signature"] and " " not in after.headers["webhook-signature"]
    Webhook(newest.secret).verify(after.body, after.headers)


async def test_a_name_that_turns_to_a_private_address_is_not_connected_to(
    database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url(host=NAME))
    delivery = await announced(database, organisation_id, endpoint)
    strict = WebhookSettings(allow_private=False, allow_http=True)
    with pytest.raises(Unavailable):
        await delivering(database, strict, _loopback).deliver(organisation_id, delivery.id)
    assert receiver.received == []
    [tried] = (await read(database, organisation_id, delivery)).attempts
    assert (tried.status, tried.error) == (None, "refused")


async def test_the_address_that_was_checked_is_the_one_connected_to(
    database: Database, organisation_id: UUID, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    connected: list[str] = []
    connect = httpcore.AnyIOBackend.connect_tcp

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def to_receiver(self: Any, host: str, *arguments: Any, **options: Any) -> Any:
        connected.append(host)
        return await connect(self, "127.0.0.1", *arguments, **options)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", to_receiver)
    endpoint = await new_endpoint(database, organisation_id, receiver.url(host=NAME))
    delivery = await announced(database, organisation_id, endpoint)
    strict = WebhookSettings(allow_private=False, allow_http=True)
    await delivering(database, strict, rebinding).deliver(organisation_id, delivery.id)
    assert connected == ["93.184.215.14"]
    assert answers == [["127.0.0.1"]]  # it was asked once
    assert receiver.received[0].headers["host"] == f"{NAME}:{receiver.port}"


async def test_tls_and_host_have_the_name_though_an_address_is_connected_to(
    database: Database, organisation_id: UUID, tmp_path: Path
) -> None:
    receiver, authority = Receiver(), _certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority)
    tls.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
    trusting = ssl.create_default_context(cafile=authority)
    with Serving(receiver, tls):
        named = await new_endpoint(database, organisation_id, receiver.url(host=NAME, scheme="https"))
        delivery = await announced(database, organisation_id, named)
        await delivering(database, LAX, _loopback, trusting).deliver(organisation_id, delivery.id)
        assert receiver.names == [NAME]
        assert receiver.received[0].headers["host"] == f"{NAME}:{receiver.port}"
        rules = TargetRules(LAX, _loopback)
        other = receiver.url(host="other.example.test", scheme="https")
        assert (await Poster(rules, 2.0, trusting).post(other, {}, "")).error == "tls"
        assert (await Poster(rules, 2.0).post(receiver.url(host=NAME, scheme="https"), {}, "")).error == "tls"
    assert len(receiver.received) == 1


def _certificate(folder: Path) -> Path:
    """A certificate that the name's server signed itself, with its key, as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return path


async def test_a_replay_sends_the_same_message_again(
    database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    first = await announced(database, organisation_id, endpoint)
    await delivering(database).deliver(organisation_id, first.id)
    async with database.transaction(organisation_id) as connection:
        second = await replay(connection, organisation_id, endpoint.id, first.message_id)
    await delivering(database).deliver(organisation_id, second.id)
    assert receiver.ids() == [str(first.message_id)] * 2
    assert receiver.received[0].body == receiver.received[1].body


async def test_a_job_that_runs_again_after_success_sends_nothing(
    database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    delivery = await announced(database, organisation_id, endpoint)
    for _ in range(2):
        await delivering(database).deliver(organisation_id, delivery.id)
    await delivering(database).give_up(organisation_id, delivery.id, "too late")
    assert len(receiver.received) == 1
    assert (await read(database, organisation_id, delivery)).state == "delivered"


async def test_racing_workers_send_each_message_once(
    storage_settings: StorageSettings, database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    deliveries = [await announced(database, organisation_id, endpoint) for _ in range(12)]
    async with working(storage_settings, delivering(database)), working(storage_settings, delivering(database)):
        for delivery in deliveries:
            assert (await until_ended(database, organisation_id, delivery)).state == "delivered"
    assert sorted(receiver.ids()) == sorted(str(delivery.message_id) for delivery in deliveries)


async def test_a_job_that_runs_twice_at_once_sends_once(
    database: Database, organisation_id: UUID, receiver: Receiver
) -> None:
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    delivery = await announced(database, organisation_id, endpoint)
    twins = [delivering(database).deliver(organisation_id, delivery.id) for _ in range(4)]
    await asyncio.gather(*twins)
    assert len(receiver.received) == 1


async def test_what_was_sent_by_a_worker_that_died_before_recording_it_is_sent_again(
    storage_settings: StorageSettings,
    database: Database,
    organisation_id: UUID,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "_HEARTBEAT_S", 0.2)
    monkeypatch.setattr(jobs, "_DEAD_AFTER_S", 3.0)  # the other process beats every 2 s
    monkeypatch.setattr(attempts, "_UNDERWAY_S", 1.0)
    endpoint = await new_endpoint(database, organisation_id, receiver.url())
    delivery = await announced(database, organisation_id, endpoint)
    given = {name: getattr(storage_settings, name) for name in StorageSettings.model_fields}
    plain = {
        f"PARLEY_{name.upper()}": str(getattr(value, "get_secret_value", lambda value=value: value)())
        for name, value in given.items()
        if value is not None
    }
    allowed = {"PARLEY_WEBHOOKS_ALLOW_PRIVATE": "1", "PARLEY_WEBHOOKS_ALLOW_HTTP": "1"}
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DYING_WORKER, env=os.environ | plain | allowed, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: len(receiver.received) == 1)
        await asyncio.sleep(0.3)  # the answer is there, and waits to be recorded
    finally:
        dying.send_signal(signal.SIGKILL)
        await dying.wait()
    assert (await read(database, organisation_id, delivery)).state == "pending"
    async with working(storage_settings, delivering(database)):
        ended = await until_ended(database, organisation_id, delivery)
    assert ended.state == "delivered"
    assert receiver.ids() == [str(delivery.message_id)] * 2
    assert [(tried.number, tried.duration_ms is None, tried.status) for tried in ended.attempts] == [
        (1, True, None), (2, False, 204)
    ]  # fmt: skip


_DYING_WORKER = """
import asyncio
from serving.delivery import webhooks
from serving.delivery.webhook_post import Poster
from storage.database import Database
from storage.jobs.worker import JobWorker, Task
from storage.settings import StorageSettings
from storage.webhooks.messages import DELIVER_WEBHOOK
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules

async def never(*_):
    await asyncio.sleep(3600)

async def main():
    webhooks.end_attempt = never
    settings = StorageSettings()
    async with Database(settings) as database:
        delivery = webhooks.WebhookDelivery(database, Poster(TargetRules(WebhookSettings())))
        await JobWorker(settings, [Task(DELIVER_WEBHOOK, delivery.deliver, delivery.give_up)], 1).run()

asyncio.run(main())
"""


async def test_a_body_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.answers = [200]
    outcome = await Poster(TargetRules(LAX), timeout_s=5.0).post(receiver.url(), {}, "{}")
    assert (outcome.status, outcome.error) == (200, None)
    assert outcome.duration_ms < 4_000
    assert receiver.blocks_written < 64  # what the sockets hold


@pytest.mark.parametrize(
    ("answer", "error"), [(b"hello\r\n\r\n", "protocol"), (b"", "protocol"), (b"HTTP/1.1 200 OK\r\nx: ", "timeout")]
)
async def test_servers_that_speak_no_http_are_told_apart(answer: bytes, error: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        if error == "timeout":
            await reader.read()  # until the caller has had enough
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await Poster(TargetRules(LAX), timeout_s=0.5).post(f"http://127.0.0.1:{port}/", {}, "")
    assert (outcome.status, outcome.error) == (None, error)


async def test_the_next_address_is_tried_where_one_does_not_answer(receiver: Receiver) -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    url = receiver.url(host=NAME)
    assert (await Poster(TargetRules(LAX, two)).post(url, {}, json.dumps({}))).status == 204


async def test_where_nobody_listens_is_unreachable_and_without_a_name_unresolved() -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert (await Poster(TargetRules(LAX)).post(f"http://127.0.0.1:{port}/", {}, "")).error == "unreachable"
    assert (await Poster(TargetRules(LAX, nowhere)).post(f"https://{NAME}/", {}, "")).error == "unresolved"
    assert (await Poster(TargetRules(WebhookSettings())).post(f"http://{NAME}/", {}, "")).error == "refused"
