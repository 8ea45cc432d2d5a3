"""Bring the database's schema up to date."""

from pathlib import Path

from pydantic import SecretStr
from yoyo import get_backend, read_migrations

_FOLDER = Path(__file__).with_name("migrations")


def migrate(database_url: SecretStr) -> list[str]:
    """Apply the migrations that the database lacks, each in its transaction; their names, in order.

    Holds yoyo's lock, so several processes may call it at once.
    """
    url = database_url.get_secret_value()
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres"):
        raise ValueError("the database URL must start with postgresql://")
    backend = get_backend(f"postgresql+psycopg://{rest}")
    try:
        with backend.lock():
            missing = backend.to_apply(read_migrations(str(_FOLDER)))
            backend.apply_migrations(missing)
            return [migration.id for migration in missing]
    finally:
        backend.connection.close()
