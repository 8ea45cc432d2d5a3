"""A full run with planted names, addresses, tokens, secrets and words: no log file of any process has one of them."""

import base64
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import failing_s3
import httpx
import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from certificates import Authority
from failing_s3 import FailingS3
from planted import search
from running_parley import Parley, started

from loadtests.client import Client, Json, completion
from loadtests.recording import candidate_picture, compose
from loadtests.script import load_script
from ops.embedded import EmbeddedServers

pytestmark = pytest.mark.cluster

SCRIPT = load_script("en")
ANSWER = 2
CHUNK_BYTES = 100_000
SMTP_USER, SMTP_PASSWORD = "planted-mail-user", "planted-Mail-p4ssw0rd"

# By what each is called; what the run itself makes (keys, tokens, secrets, the transcript) is added on the way.
PLANTED = {
    "name": "Zephyrine Quillfeather-Osgood",
    "name in Chinese": "欧阳璇玑隐",
    "email": "zephyrine.quillfeather@planted.example",
    "refused email": "nobody.quillfeather@planted.example",
    "phone": "+8613913572468",
    "digits of the phone": "13913572468",
    "external id": "planted-external-id-4711",
    "member's email": "member.osgood@planted.example",
    "contact": "Ask Peregrine Thistlewood",
    "reason": "because her plantain argument was convincing",
    "note": "outgrew the planted hydrangea",
    "chat": "my grandmother's harpsichord is too loud here",
    "reply in the chat": "please evict the harpsichord politely",
    "need": "a wrist splinted after the bobsleigh finals",
    "reply to the need": "granted, with wishes for the bobsleigh wrist",
    "written answer": "once I reconciled two feuding lamplighters",
    "device": "planted-device-0815",
    "resume": "Marmalade engineering at Quagmire and Daughters",
    "unreadable resume": "Pumpernickel archaeology since the thaw",
    "wrong key": "parley_planted-wrong-key-000000000000000000",
    "wrong token": "parleyc_planted-wrong-token-0000000000000000",
    "bad body": "a-planted-value-that-no-field-takes",
    "key in a query": "planted-key-in-a-query-string",
    "name in a path": "planted-name-in-a-path",
    "idempotency key": "planted-idempotency-key",
    "webhook path": "planted-capability-of-the-webhook-url",
    "mail password": SMTP_PASSWORD,
    "gateway token": "planted-gateway-token-55555",
}  # fmt: skip


@dataclass
class Outside:
    """The enterprise's webhook receiver and SMS gateway, which quote what they were sent as they refuse it."""

    url: str
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def bodies(self, path: str) -> list[bytes]:
        return [body for at, body in self.received if at.startswith(path)]


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.received.append((self.path, body))
            refused = b"refused: " + body + str(self.headers).encode()
            self.send_response(500 if len(told.bodies(self.path)) == 1 else 200)
            self.send_header("Content-Length", str(len(refused)))
            self.end_headers()
            self.wfile.write(refused)

        def log_message(self, format: str, *arguments: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Outside(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """Takes mail, and refuses one address in words that quote it."""

    received: list[Envelope] = field(default_factory=list)
    refused: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == PLANTED["refused email"]:
            self.refused += 1
            return f"550 5.1.1 <{address}>: {PLANTED['name']} is unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        self.received.append(envelope)
        return "250 OK"


def _sign_in(server: SMTP, session: SmtpSession, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == SMTP_PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mailbox, int, Path]]:
    """The mailbox, its port, and its authority's certificate."""
    authority, mailbox = Authority(tmp_path_factory.mktemp("mail"), "mail"), Mailbox()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*authority.issue("server"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=True, auth_required=True,
        authenticator=_sign_in,
    )  # fmt: skip
    controller.start()
    try:
        yield mailbox, port, authority.file
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, EmbeddedServers]]:
    home = tmp_path_factory.mktemp("servers")
    with EmbeddedServers(home) as servers:
        yield home, servers


@pytest.fixture(scope="module")
def s3(servers: tuple[Path, EmbeddedServers]) -> Iterator[FailingS3]:
    with failing_s3.before(servers[1].s3.url) as s3:
        yield s3


@pytest.fixture(scope="module")
def watched(
    tmp_path_factory: pytest.TempPathFactory,
    models_dir: Path,
    servers: tuple[Path, EmbeddedServers],
    s3: FailingS3,
    mail: tuple[Mailbox, int, Path],
    outside: Outside,
) -> Iterator[Parley]:
    _, port, authority = mail
    _, embedded = servers
    settings = {
        "PARLEY_MODELS_DIR": str(models_dir),
        "PARLEY_DATABASE_URL": embedded.database_url,
        "PARLEY_S3_URL": s3.url,
        "PARLEY_S3_ACCESS_KEY": embedded.s3.access_key,
        "PARLEY_S3_SECRET_KEY": embedded.s3.secret_key,
        "PARLEY_FIELD_KEYS": embedded.field_key,
        "PARLEY_SMTP_URL": f"smtp://{SMTP_USER}:{SMTP_PASSWORD}@127.0.0.1:{port}",
        "PARLEY_SMTP_CA_FILE": str(authority),
        "PARLEY_MAIL_SENDER": "interviews@acme.example",
        "PARLEY_SMS_GATEWAY_URL": f"{outside.url}/sms",
        "PARLEY_SMS_GATEWAY_TOKEN": PLANTED["gateway token"],
        "PARLEY_WEBHOOKS_ALLOW_PRIVATE": "true",
        "PARLEY_WEBHOOKS_ALLOW_HTTP": "true",
    }
    with started(tmp_path_factory.mktemp("watched"), settings) as parley:
        yield parley


def test_the_search_finds_every_form_of_a_value(tmp_path: Path) -> None:
    log = tmp_path / "some.log"
    for value in PLANTED.values():
        for written in (
            value, value.upper(), quote(value), json.dumps({"at": value}), json.dumps(json.dumps([value])),
            repr(value.encode()), value.encode().hex(),
            *(base64.b64encode(b"\xff" * before + value.encode() + b"!" * behind).decode()
              for before in range(4) for behind in range(4)),
        ):  # fmt: skip
            log.write_text(f"2026-11-23 INFO it was {written} that failed")
            assert search({"it": value}, [log]), written
            assert not search({"it": value[::-1] + "x"}, [log])


def test_no_log_names_anybody_or_any_secret(
    watched: Parley,
    servers: tuple[Path, EmbeddedServers],
    s3: FailingS3,
    mail: tuple[Mailbox, int, Path],
    outside: Outside,
) -> None:
    planted = dict(PLANTED)
    for name in ("PARLEY_DATABASE_URL", "PARLEY_S3_SECRET_KEY", "PARLEY_FIELD_KEYS", "RAY_AUTH_TOKEN"):
        planted[name] = (watched.environment | watched.running.environment)[name]
    key = planted["key"] = watched.new_key("Planted organisation")
    control = f"control-{uuid4()}"
    with Client(watched.running.url, key) as client, httpx.Client(base_url=watched.running.url, timeout=60) as api:
        api.headers = {"Authorization": f"Bearer {key}"}
        assert api.get("/v1/positions", headers={"X-Request-Id": control}).status_code == 200
        _webhook(client, outside, planted)
        interview = client.create_interview(SCRIPT)
        session = _invited(client, api, interview, planted)
        _fail(api, interview, session, planted)
        _on_the_page(client, api, session, planted)
        report = _interviewed(client, api, session, s3)
        _remember_words(report, planted)
        _afterwards(client, api, interview, session)
        _await(lambda: len(mail[0].received) >= 2 and mail[0].refused >= 1, "mail")
        _await(lambda: len(outside.bodies("/sms")) >= 1, "SMS")
        _await(lambda: len(outside.bodies("/hook")) >= 5, "webhooks")
    files = [*_log_files(watched), *(servers[0] / "logs").rglob("*")]
    files = [path for path in files if path.is_file()]
    assert {"up.log", "postgres.log", "s3.log"} <= {path.name for path in files}
    assert search({"control": control}, files), "the front's log is not among these files"
    found = search({name: value.split("://")[-1] for name, value in planted.items()}, files)
    assert not found, "\n".join(map(str, found))


def _webhook(client: Client, outside: Outside, planted: dict[str, str]) -> None:
    types = ["session.started", "session.submitted", "report.ready", "decision.made", "application.stage_changed"]
    url = f"{outside.url}/hook/{planted['webhook path']}?token={planted['webhook path']}"
    made = client.post("/v1/webhooks", {"url": url, "event_types": types, "description": planted["contact"]})
    planted["webhook secret"] = made["secret"].removeprefix("whsec_")
    rotated = client.post(f"/v1/webhooks/{made['id']}/secret", {"overlap_hours": 1})
    planted["rotated webhook secret"] = rotated["secret"].removeprefix("whsec_")


def _invited(client: Client, api: httpx.Client, interview: Json, planted: dict[str, str]) -> Json:
    """The session of the candidate who goes through it all; the others' messages fail."""
    path = f"/v1/interviews/{interview['id']}/invitations"
    people = {
        "mail": {"name": planted["name"], "email": planted["email"], "phone": planted["phone"],
                 "external_id": planted["external id"], "language": "en"},
        "sms": {"name": planted["name in Chinese"], "phone": planted["phone"], "language": "zh"},
    }  # fmt: skip
    sessions: dict[str, Json] = {}
    for channel, person in people.items():
        invited = client.post(path, {"candidate": person, "channel": channel})
        planted[f"token by {channel}"] = invited["token"]
        sessions[channel] = client.get(f"/v1/sessions/{invited['session_id']}")
    refused = {"name": planted["name"], "email": planted["refused email"], "channel": "mail"}
    bulk = api.post(f"{path}/bulk", json=refused, headers={"Content-Type": "application/x-ndjson"})
    planted["token of a row"] = bulk.raise_for_status().json()["rows"][0]["url"].partition("#")[2]
    return sessions["mail"]


def _fail(api: httpx.Client, interview: Json, session: Json, planted: dict[str, str]) -> None:
    """Requests that are refused, each with something planted."""
    candidate = f"/v1/candidates/{session['candidate_id']}"
    bad = planted["bad body"]

    def as_caller(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    other = api.post("/v1/candidates", json={"name": planted["name"]}).json()
    refused = [
        (401, api.get("/v1/positions", headers=as_caller(planted["wrong key"]))),
        (401, api.get(f"/v1/sessions/{session['id']}", headers=as_caller(planted["wrong token"]))),
        (403, api.get(candidate, headers=as_caller(planted["token by mail"]))),
        (404, api.get(f"/v1/sessions/{session['id']}", headers=as_caller(planted["token by sms"]))),
        (404, api.get(f"/v1/candidates/{planted['name in a path']}")),
        (422, api.get("/v1/positions", params={"api_key": planted["key in a query"]})),
        (422, api.get("/v1/candidates", params={"cursor": planted["key in a query"]})),
        (404, api.get(f"/{planted['name in a path']}", params={"token": planted["key in a query"]})),
        (422, api.post("/v1/candidates", json={"name": planted["name"], "salary": bad})),
        (422, api.post("/v1/candidates", json={"name": planted["name"], "phone": bad})),
        (422, api.post("/v1/candidates", json={"name": planted["name"] + "\0"})),
        (409, api.post("/v1/candidates", json={"name": bad, "external_id": planted["external id"]})),
        (409, api.patch(f"/v1/candidates/{other['id']}", json={"external_id": planted["external id"]},
                        headers={"If-Match": "*"})),
        (400, api.post("/v1/candidates", content=f'{{"name": "{bad}"'.encode(),
                       headers={"Content-Type": "application/json"})),
        (415, api.post("/v1/candidates", content=bad.encode(), headers={"Content-Type": "text/plain"})),
        (422, api.post("/v1/webhooks", json={"url": f"https://{bad}.invalid/{planted['webhook path']}",
                                             "event_types": ["report.ready"]})),
        (422, api.post(f"/v1/interviews/{interview['id']}/invitations/bulk", content=f"name,{bad}\n{bad},1\n".encode(),
                       headers={"Content-Type": "text/csv"})),
    ]  # fmt: skip
    assert [answer.status_code for _, answer in refused] == [status for status, _ in refused], [
        (answer.request.url.path, answer.text) for status, answer in refused if answer.status_code != status
    ]
    key = {"Idempotency-Key": planted["idempotency key"]}
    for reason in ("position", "position", bad):
        api.post("/v1/positions", json={"title": reason}, headers=key)


def _on_the_page(client: Client, api: httpx.Client, session: Json, planted: dict[str, str]) -> None:
    """What a candidate and the enterprise write to each other, and an answer in writing."""
    path = f"/v1/sessions/{session['id']}"
    number = next(number for number, _ in enumerate(SCRIPT.answers, start=1) if number != ANSWER)
    candidate = {"Authorization": f"Bearer {planted['token by mail']}"}

    def post(where: str, body: Json) -> None:
        api.post(f"{path}/{where}", json=body, headers=candidate).raise_for_status()

    post("device", {"device_id": planted["device"]})
    post("chat", {"text": planted["chat"]})
    client.post(f"{path}/chat", {"text": planted["reply in the chat"]})
    post("accommodation", {"text_answers": True, "note": planted["need"]})
    client.post(f"{path}/accommodation/decision", {"granted": True, "reply": planted["reply to the need"]})
    found = {"latency_ms": None, "upload_kbps": None, "quality": "audio", "browser": planted["device"]}
    post("ready", found)
    written = {"text": planted["written answer"]}
    api.put(f"{path}/answers/{number}/text", json=written, headers=candidate).raise_for_status()


def _interviewed(client: Client, api: httpx.Client, session: Json, s3: FailingS3) -> Json:
    """One answer in chunks, for one of which S3 fails, submitted; the report."""
    recording = compose(SCRIPT.answers[ANSWER - 1].speech, candidate_picture())
    take = client.post(f"/v1/sessions/{session['id']}/answers/{ANSWER}/takes", {"content_type": "video/webm"})
    chunks = [recording[at : at + CHUNK_BYTES] for at in range(0, len(recording), CHUNK_BYTES)]
    for number, chunk in enumerate(chunks):
        announced = client.post(f"/v1/takes/{take['id']}/chunks", {"number": number, **completion(chunk)})
        client.send(announced["upload"], chunk)
        complete = f"/v1/takes/{take['id']}/chunks/{number}/complete"
        if number == 1:
            s3.fails.set()
            assert api.post(complete, json=completion(chunk)).status_code == 503
            s3.fails.clear()
        client.post(complete, completion(chunk))
    client.post(f"/v1/takes/{take['id']}/finish", {"chunks": len(chunks)})
    client.submit(session)
    report: Json = client.await_report(session, 240)
    return report


def _remember_words(report: Json, planted: dict[str, str]) -> None:
    """Plant what was said: each five words in a row, as they were heard."""
    words = report["answers"][ANSWER - 1]["text"].split()
    assert len(words) >= 20, "nothing was heard"
    planted |= {f"words {at}": " ".join(words[at : at + 5]) for at in range(0, len(words) - 5, 3)}


def _afterwards(client: Client, api: httpx.Client, interview: Json, session: Json) -> None:
    """A decision, the result, an outcome, a résumé, and what else a recruiter looks at."""
    new_member = {"name": PLANTED["name in Chinese"], "email": PLANTED["member's email"], "role": "recruiter"}
    member = client.post("/v1/members", new_member)
    decision = {"decision": "offer", "reason": PLANTED["reason"], "member_id": member["id"]}
    client.post(f"/v1/sessions/{session['id']}/decisions", decision)
    client.post(f"/v1/sessions/{session['id']}/results", {"channel": "mail", "contact": PLANTED["contact"]})
    candidate = f"/v1/candidates/{session['candidate_id']}"
    [application] = client.get(f"/v1/applications?candidate_id={session['candidate_id']}")["items"]
    api.patch(f"/v1/applications/{application['id']}", json={"stage": "hired"}, headers={"If-Match": "*"})
    outcome = {"application_id": application["id"], "measured_on": "2026-01-31", "performance": 80}
    client.post("/v1/outcomes", outcome | {"note": PLANTED["note"]})
    for content, state in (
        (f"{PLANTED['name']}\n{PLANTED['resume']}\n".encode(), "read"),
        (b"%PDF-1.7\n" + PLANTED["unreadable resume"].encode() * 20, "unreadable"),
    ):
        client.send(client.post(f"{candidate}/resume", completion(content)), content)
        client.post(f"{candidate}/resume/complete", completion(content))
        _await_resume(api, session, state)
    for path in (candidate, f"{candidate}/export", f"/v1/candidates?email={PLANTED['email']}", "/v1/messages"):
        assert api.get(path).status_code == 200, path


def _await_resume(api: httpx.Client, session: Json, state: str) -> None:
    path = f"/v1/candidates/{session['candidate_id']}/resume"
    _await(lambda: api.get(path).json()["state"] == state, f"the résumé that is {state}")


def _await(happened: Callable[[], bool], what: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.25)


def _log_files(parley: Parley) -> Iterator[Path]:
    """Whatever the processes of a Parley write, but for what they are told to keep."""
    kept = {"postgres", "s3", "secrets.json", "running.json"}
    yield from (path for path in parley.home.rglob("*") if path.relative_to(parley.home).parts[0] not in kept)
    yield from _ray_session(parley).joinpath("logs").rglob("*")


def _ray_session(parley: Parley) -> Path:
    """The folder of the Ray session that this Parley runs, as its own processes name it."""
    for process in psutil.Process(parley.running.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            for part in process.cmdline():
                if part.startswith("--session_dir="):
                    return Path(part.removeprefix("--session_dir="))
    raise AssertionError("no process names its Ray session")
