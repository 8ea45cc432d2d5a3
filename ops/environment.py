"""The environment that every part of Parley reads its settings from: external servers as given, or embedded ones."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ops.embedded import EmbeddedServers
from ops.errors import OperatorError
from ops.progress import step, tell
from ops.running import Running
from ops.settings import OpsSettings
from storage.media.store import MediaStore
from storage.migrate import migrate
from storage.settings import StorageSettings


@contextmanager
def exported(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables while the context lasts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def storage_environment(settings: OpsSettings) -> Iterator[dict[str, str]]:
    """The environment with which storage works: external servers, a running Parley's, or embedded ones started here.

    The schema is up to date and the bucket exists. Raises OperatorError or EmbeddedError.
    """
    if (settings.database_url is None) != (settings.s3_url is None):
        raise OperatorError("Set both PARLEY_DATABASE_URL and PARLEY_S3_URL for external servers, or neither.")
    if settings.database_url is not None:
        variables = {name: value for name, value in os.environ.items() if name.startswith("PARLEY_")}
        _prepare()
        yield variables
        return
    running = Running.find(settings.home)
    if running is not None:
        with exported(running.environment):
            yield running.environment
        return
    with ExitStack() as stack:
        with step("Starting Postgres and S3"):
            servers = stack.enter_context(
                EmbeddedServers(
                    settings.home, postgres_port=settings.postgres_port, s3_port=settings.s3_port, tell=tell
                )
            )
        variables = {
            "PARLEY_DATABASE_URL": servers.database_url,
            "PARLEY_S3_URL": servers.s3.url,
            "PARLEY_S3_ACCESS_KEY": servers.s3.access_key,
            "PARLEY_S3_SECRET_KEY": servers.s3.secret_key,
            "PARLEY_FIELD_KEYS": servers.field_key,
        }
        with exported(variables):
            _prepare()
            yield variables
        tell("Stopping Postgres and S3 ...")


def _prepare() -> None:
    storage = StorageSettings()
    for name in migrate(storage):
        tell(f"Migrated the database: {name}")
    MediaStore(storage).create_bucket()
