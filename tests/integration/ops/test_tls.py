"""TLS on each hop, for real: front, Postgres and S3 prove who they are; the certificate of someone else is refused."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import psycopg
import pytest
from certificates import Authority
from cryptography.fernet import Fernet
from operator_commands import Operator

from ops.embedded import EmbeddedServers, ports, seaweedfs
from ops.embedded.server import Program
from storage.database import Database
from storage.errors import Unavailable
from storage.events.listener import EventListener
from storage.jobs.queue import PROCESS_SESSION
from storage.jobs.worker import JobWorker, Task
from storage.media.store import MediaStore
from storage.migrate import migrate
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

BODY = b"a recording" * 1000


@dataclass(frozen=True)
class Servers:
    """Postgres that takes TLS alone, S3 on https, the authority of both, and one that has nothing to do with them."""

    embedded: EmbeddedServers
    s3_url: str
    authority: Authority
    stranger: Authority

    def database_url(self, authority: Authority) -> str:
        trust = urlencode({"sslmode": "verify-full", "sslrootcert": str(authority.file)})
        return f"{self.embedded.database_url}?{trust}"

    def variables(self, **changes: str) -> dict[str, str]:
        return {
            "PARLEY_DATABASE_URL": self.database_url(self.authority),
            "PARLEY_S3_URL": self.s3_url,
            "PARLEY_S3_CA_FILE": str(self.authority.file),
            "PARLEY_S3_ACCESS_KEY": self.embedded.s3.access_key,
            "PARLEY_S3_SECRET_KEY": self.embedded.s3.secret_key,
            "PARLEY_S3_BUCKET": "tls-tests",
            "PARLEY_FIELD_KEYS": Fernet.generate_key().decode(),
        } | changes

    def operator(self, **changes: str) -> Operator:
        return Operator(self.variables(**changes))

    def settings(self, **changes: str) -> StorageSettings:
        variables = self.variables(**changes)
        return StorageSettings.model_validate(
            {name.removeprefix("PARLEY_").lower(): value for name, value in variables.items() if value}
        )


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("tls")
    authority, stranger = Authority(folder, "ours"), Authority(folder, "stranger")
    certificate, key = authority.issue("server")
    key.chmod(0o600)  # Postgres takes no key that others may read
    https_port = ports.choose()

    class SecureS3(seaweedfs.SeaweedFS):
        def prepare(self) -> Program:
            program = super().prepare()
            tls = [f"-s3.cert.file={certificate}", f"-s3.key.file={key}", f"-s3.port.https={https_port}"]
            return replace(program, command=[*program.command, *tls])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ops.embedded.servers.SeaweedFS", SecureS3)
        with EmbeddedServers(folder / "home") as embedded:
            with psycopg.connect(embedded.admin_database_url, autocommit=True) as connection:
                connection.execute(f"ALTER SYSTEM SET ssl_cert_file = '{certificate}'".encode())
                connection.execute(f"ALTER SYSTEM SET ssl_key_file = '{key}'".encode())
                connection.execute(b"ALTER SYSTEM SET ssl = on")
                rules = folder / "home" / "postgres" / "data" / "pg_hba.conf"
                rules.write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
                connection.execute(b"SELECT pg_reload_conf()")
            yield Servers(embedded, f"https://127.0.0.1:{https_port}", authority, stranger)


async def never(*_: Any) -> None:
    raise AssertionError("no job was queued")


@contextlib.asynccontextmanager
async def connected(settings: StorageSettings) -> AsyncIterator[None]:
    """The queue's worker and the events' listener, at work."""
    worker = JobWorker(settings, [Task(PROCESS_SESSION, never, never)], concurrency=1)
    async with EventListener(settings):
        working = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def of_parley(servers: Servers) -> dict[str, bool]:
    """What the application's connections asked last, and whether they are under TLS."""
    async with await psycopg.AsyncConnection.connect(servers.embedded.admin_database_url) as connection:
        rows = await connection.execute(
            b"SELECT query, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE usename = 'parley'"
        )
        return {str(query): bool(ssl) for query, ssl in await rows.fetchall()}


async def test_every_connection_to_postgres_is_under_tls_and_checked(servers: Servers) -> None:
    settings = servers.settings()
    assert "0001.schema" in migrate(settings)
    async with Database(settings) as database, connected(settings), database.operator() as connection:
        await connection.execute(b"SELECT 'ours'")
        async with asyncio.timeout(20):
            while not (found := await of_parley(servers)) or not all(
                any(start in query for query in found)
                for start in ("'ours'", "LISTEN parley_events", 'LISTEN "procrastinate')
            ):
                await asyncio.sleep(0.2)
    assert set(found.values()) == {True}


async def test_a_database_with_a_certificate_of_someone_else_is_refused(servers: Servers) -> None:
    untrusted = servers.database_url(servers.stranger)
    with pytest.raises(Unavailable, match="database"):
        migrate(servers.settings(PARLEY_DATABASE_URL=untrusted))
    async with connected(servers.settings(PARLEY_DATABASE_URL=untrusted)):
        await asyncio.sleep(2)
        assert await of_parley(servers) == {}
    assert "database" in servers.operator(PARLEY_DATABASE_URL=untrusted).refused("migrate")
    plain = f"{servers.embedded.database_url}?sslmode=disable"
    assert "database" in servers.operator(PARLEY_DATABASE_URL=plain).refused("migrate")


def test_recordings_go_to_s3_and_come_back_under_tls(servers: Servers) -> None:
    media, sha256 = MediaStore(servers.settings()), hashlib.sha256(BODY).digest()
    media.create_bucket()
    upload = media.presign("tls/take", "video/webm", len(BODY), sha256)
    assert urlsplit(upload.url).scheme == "https"
    put = httpx.put(upload.url, content=BODY, headers=upload.headers, verify=servers.authority.context())
    assert put.status_code == 200
    media.check("tls/take", len(BODY), sha256)
    assert media.read("tls/take") == BODY


def test_an_s3_with_a_certificate_of_someone_else_is_refused(servers: Servers) -> None:
    stranger = str(servers.stranger.file)
    with pytest.raises(Unavailable, match="certificate is not trusted"):
        MediaStore(servers.settings(PARLEY_S3_CA_FILE=stranger)).read("tls/take")
    untrusted = MediaStore(servers.settings(PARLEY_S3_CA_FILE=""))
    assert untrusted.answers() is False
    assert "PARLEY_S3_CA_FILE" in servers.operator(PARLEY_S3_CA_FILE=stranger).refused("migrate")


def test_the_systems_authorities_hold_where_none_are_named(servers: Servers) -> None:
    variables = servers.variables()
    del variables["PARLEY_S3_CA_FILE"]
    assert "PARLEY_S3_CA_FILE" in Operator(variables).refused("migrate")
    Operator(variables).done("migrate", SSL_CERT_FILE=str(servers.authority.file))


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_authorities_is_told_in_one_line(servers: Servers, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    told = servers.operator(PARLEY_S3_CA_FILE=str(file)).refused("migrate")
    assert "PARLEY_S3_CA_FILE" in told and str(file) in told


def test_a_certificate_that_does_not_fit_is_told_in_one_line(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ours")
    (certificate, key), (_, other) = authority.issue("front"), authority.issue("other")

    def told(**settings: str) -> str:
        return Operator(settings).refused("up", PARLEY_HOME=str(tmp_path / "home"), PARLEY_ENGINE="timed")

    assert "or neither" in told(PARLEY_TLS_CERTIFICATE=str(certificate))
    assert "or neither" in told(PARLEY_TLS_KEY=str(key))
    assert str(other) in told(PARLEY_TLS_CERTIFICATE=str(certificate), PARLEY_TLS_KEY=str(other))
    assert "absent.pem" in told(PARLEY_TLS_CERTIFICATE="absent.pem", PARLEY_TLS_KEY=str(key))
    fits = {"PARLEY_TLS_CERTIFICATE": str(certificate), "PARLEY_TLS_KEY": str(key)}
    assert "HAProxy" in told(RAY_SERVE_ENABLE_HA_PROXY="1", **fits)
    locked = authority.lock(key, b"a passphrase")
    assert "without a passphrase" in told(PARLEY_TLS_CERTIFICATE=str(certificate), PARLEY_TLS_KEY=str(locked))
