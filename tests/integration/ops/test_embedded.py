"""The embedded servers, for real: started, killed, restarted, stopped."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from minio import Minio

from ops.embedded import EmbeddedError, EmbeddedServers, S3Access
from ops.embedded.home import Home

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture(scope="module")
def servers(home: Path, told: list[str]) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(home, tell=told.append) as servers:
        yield servers


def client(access: S3Access) -> Minio:
    return Minio(access.url.removeprefix("http://"), access.access_key, access.secret_key, secure=False)


def put(access: S3Access, name: str, content: bytes) -> None:
    s3 = client(access)
    if not s3.bucket_exists("media"):
        s3.make_bucket("media")
    s3.put_object("media", name, io.BytesIO(content), len(content))


def get(access: S3Access, name: str) -> bytes:
    response = client(access).get_object("media", name)
    try:
        return response.read()
    finally:
        response.close()
        response.release_conn()


def query(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def pid(home: Path, name: str) -> int:
    return next(int(child["pid"]) for child in Home(home).read("children.json") if child["name"] == name)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def test_the_application_role_is_no_superuser_and_owns_its_database(servers: EmbeddedServers) -> None:
    flags = "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert query(servers.database_url, flags) == (False, False, True)
    query(servers.database_url, "CREATE TABLE owned (id int)")
    query(servers.database_url, "CREATE EXTENSION pgcrypto")
    assert query(servers.admin_database_url, "SHOW fsync") == ("on",)


def test_passwords_and_keys_are_required(servers: EmbeddedServers) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(servers.database_url, password="wrong")
    with pytest.raises(Exception, match="signature"):
        client(S3Access(servers.s3.url, servers.s3.access_key, "wrong")).list_buckets()


def test_no_server_listens_beyond_loopback(servers: EmbeddedServers, home: Path) -> None:
    for name in ("postgres", "s3"):
        process = psutil.Process(pid(home, name))
        listening = [c.laddr.ip for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        assert listening
        assert set(listening) == {"127.0.0.1"}


def test_secrets_are_for_the_owner_only(servers: EmbeddedServers, home: Path) -> None:
    assert (home / "secrets.json").stat().st_mode & 0o077 == 0
    assert (home / "postgres").stat().st_mode & 0o077 == 0
    assert (home / "s3").stat().st_mode & 0o077 == 0


def test_killed_postgres_comes_back_with_what_was_committed(
    servers: EmbeddedServers, home: Path, told: list[str]
) -> None:
    query(servers.database_url, "CREATE TABLE kept (word text)")
    query(servers.database_url, "INSERT INTO kept VALUES ('面试')")
    old = pid(home, "postgres")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: pid(home, "postgres") != old and servers.check() == [])
    assert query(servers.database_url, "SELECT word FROM kept") == ("面试",)
    assert any("postgres ended (killed by signal 9)" in sentence for sentence in told)


def test_killed_s3_server_comes_back_with_what_was_put(servers: EmbeddedServers, home: Path, told: list[str]) -> None:
    put(servers.s3, "answer", b"a" * 300_000)
    old = pid(home, "s3")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: pid(home, "s3") != old and servers.check() == [])
    assert get(servers.s3, "answer") == b"a" * 300_000
    put(servers.s3, "another", b"b")
    assert any("s3 ended (killed by signal 9)" in sentence for sentence in told)


def test_second_start_on_the_same_home_names_the_first(servers: EmbeddedServers, home: Path) -> None:
    with (
        pytest.raises(EmbeddedError, match=f"already runs on {home} \\(process {os.getpid()}\\)"),
        EmbeddedServers(home),
    ):
        pass
    assert servers.check() == []


def test_two_homes_run_side_by_side(servers: EmbeddedServers, embedded_servers: EmbeddedServers) -> None:
    query(servers.database_url, "CREATE TABLE here (id int)")
    assert query(embedded_servers.database_url, "SELECT to_regclass('here')") == (None,)
    put(servers.s3, "here", b"1")
    put(embedded_servers.s3, "there", b"2")
    assert "here" not in {o.object_name for o in client(embedded_servers.s3).list_objects("media")}


def test_killed_supervisor_then_taken_port_then_clean_stop(tmp_path: Path) -> None:
    """One home through a hard life; each step needs the one before."""
    script = "import sys, time, pathlib; from ops.embedded import EmbeddedServers\n"
    script += "with EmbeddedServers(pathlib.Path(sys.argv[1])) as s: print('ready', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "ready\n"
        orphans = [psutil.Process(pid(tmp_path, name)) for name in ("postgres", "s3")]
        ports = Home(tmp_path).read("ports.json")
        supervisor.kill()

    with EmbeddedServers(tmp_path) as servers:
        assert not any(orphan.is_running() and orphan.status() != psutil.STATUS_ZOMBIE for orphan in orphans)
        assert Home(tmp_path).read("ports.json") == ports, "remembered ports are used again"
        put(servers.s3, "answer", b"kept")
        running = [psutil.Process(pid(tmp_path, name)) for name in ("postgres", "s3")]
    assert not any(process.is_running() for process in running)
    assert Home(tmp_path).read("children.json") == []

    # The number in the lock file of a killed Postgres may belong to any program by now.
    (tmp_path / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    told: list[str] = []
    with socket.create_server(("127.0.0.1", ports["s3"])), EmbeddedServers(tmp_path, tell=told.append) as servers:
        assert any(f"Port {ports['s3']} for s3 is taken" in sentence for sentence in told)
        assert get(servers.s3, "answer") == b"kept"


def test_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with EmbeddedServers(tmp_path):
        pass
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match=r"postgres does not start(.|\n)*version 9\.6"), EmbeddedServers(tmp_path):
        pass
    assert Home(tmp_path).read("children.json") == []
