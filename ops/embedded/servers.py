"""The embedded Postgres and S3 servers of one home, as a context manager."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from ops.embedded import ports, seaweedfs
from ops.embedded.account import Account
from ops.embedded.child import stop_leftovers
from ops.embedded.home import Home
from ops.embedded.postgres import Postgres
from ops.embedded.seaweedfs import S3Access, SeaweedFS
from ops.embedded.supervise import Supervisor

_log = structlog.get_logger(__name__)


class EmbeddedServers:
    """Both servers, ready to use inside a `with` block.

    home: the folder that holds everything; made where missing.
    postgres_port, s3_port: fixed ports; None has free ones chosen and remembered in the home.
    tell: receives a plain sentence for each thing that a person should know, as a server that died and was restarted.

    Entering raises `EmbeddedError`: home locked by another process or not writable, explicit port taken, server does
    not start.
    """

    def __init__(
        self,
        home: Path,
        *,
        postgres_port: int | None = None,
        s3_port: int | None = None,
        tell: Callable[[str], None] = _log.warning,
    ) -> None:
        self._root = home
        self._explicit = {"postgres": postgres_port, "s3": s3_port}
        self._tell = tell

    def __enter__(self) -> Self:
        self._home = Home(self._root)
        self._home.acquire()
        try:
            secrets, account = self._home.secrets(), Account()
            stop_leftovers(self._home.read("children.json") or [], self._tell)
            chosen = ports.assign(self._home, ("postgres", *seaweedfs.PORTS), self._explicit, self._tell)
            self._postgres = Postgres(self._home, secrets, account, chosen["postgres"])
            self._s3 = SeaweedFS(self._home, secrets, account, chosen)
            self._supervisor = Supervisor(self._home, (self._postgres, self._s3), self._tell)
            self._supervisor.start()
            try:
                self._postgres.create_database()
            except BaseException:
                self._supervisor.stop()
                raise
        except BaseException:
            self._home.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._supervisor.stop()
        self._home.release()

    @property
    def database_url(self) -> str:
        """Of the application's role, which owns the database `parley` and is no superuser."""
        return self._postgres.database_url

    @property
    def admin_database_url(self) -> str:
        """Of Postgres' superuser."""
        return self._postgres.admin_url

    @property
    def s3(self) -> S3Access:
        return self._s3.access

    @property
    def field_key(self) -> str:
        """Of this home: what contact data is encrypted under; several are comma-separated, the newest first."""
        return self._home.secrets().field_key

    def check(self) -> list[str]:
        """A sentence for each server that does not answer now; empty when all is well."""
        return [
            f"The embedded {server.name} server does not answer; it is restarted if it died."
            for server in (self._postgres, self._s3)
            if not server.is_ready()
        ]
