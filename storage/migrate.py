"""Bring the database's schema up to date."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from pydantic import SecretStr
from yoyo import get_backend, read_migrations

from storage.errors import Unavailable

_FOLDER = Path(__file__).with_name("migrations")


def migrate(database_url: SecretStr) -> list[str]:
    """Apply the migrations that the database lacks, each in its transaction; their names, in order.

    Holds yoyo's lock, so several processes may call it at once. Raises Unavailable where Postgres does not answer.
    """
    # yoyo chooses its driver by the scheme.
    url = urlsplit(database_url.get_secret_value())._replace(scheme="postgresql+psycopg").geturl()
    try:
        backend = get_backend(url)
    except psycopg.OperationalError as error:
        raise Unavailable("database-unavailable", "The database does not answer, or refuses its URL.") from error
    try:
        with backend.lock():
            missing = backend.to_apply(read_migrations(str(_FOLDER)))
            backend.apply_migrations(missing)
            return [migration.id for migration in missing]
    finally:
        backend.connection.close()
