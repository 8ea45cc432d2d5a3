"""Bring the database's schema up to date."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from yoyo import get_backend, read_migrations

from storage.errors import Unavailable
from storage.fields import FieldCipher
from storage.sealing import seal_fields
from storage.settings import StorageSettings

_FOLDER = Path(__file__).with_name("migrations")


def migrate(settings: StorageSettings) -> list[str]:
    """Apply the migrations that the database lacks, each in its transaction; their names, in order.

    Fields that are stored in plain, from before they were encrypted, are sealed. Holds yoyo's lock, so several
    processes may call it at once. Raises Unavailable where Postgres does not answer.
    """
    # yoyo chooses its driver by the scheme.
    plain = settings.database_url.get_secret_value()
    url = urlsplit(plain)._replace(scheme="postgresql+psycopg").geturl()
    try:
        backend = get_backend(url)
    except psycopg.OperationalError as error:
        message = "The database does not answer, or refuses its URL or certificate."
        raise Unavailable("database-unavailable", message) from error
    try:
        with backend.lock():
            missing = backend.to_apply(read_migrations(str(_FOLDER)))
            backend.apply_migrations(missing)
            if missing:
                seal_fields(plain, FieldCipher(settings.field_keys))
            return [migration.id for migration in missing]
    finally:
        backend.connection.close()
