"""Rotate the keys that fields are encrypted under, as contact data is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from pydantic import SecretStr

from ops.embedded.home import Home
from ops.environment import storage_environment
from ops.errors import OperatorError
from ops.settings import OpsSettings
from storage.database import Database
from storage.fields import FieldCipher
from storage.idempotency.transactions import forget_answers
from storage.sealing import seal_fields, unsealed_fields
from storage.settings import StorageSettings


def rotate_fields(settings: OpsSettings, *, new_key: bool, drop_old: bool) -> tuple[int, str]:
    """Encrypt every field under the newest key: how many there were, and what is still under an older one, in words.

    The keys of embedded servers are in their home: `new_key` puts a new one before them, and `drop_old` keeps the
    newest alone. Both need Parley to be stopped. Raises OperatorError, EmbeddedError.
    """
    if new_key or drop_old:
        _require_own_keys(settings)
    if new_key:
        with _held(settings) as home:
            home.add_field_key()
    with storage_environment(settings):
        sealed, left = _seal(StorageSettings())
    if drop_old:
        if left:
            raise OperatorError(f"The older keys are kept: they still encrypt {left}.")
        with _held(settings) as home:
            home.drop_old_field_keys()
    return sealed, left


def _require_own_keys(settings: OpsSettings) -> None:
    if settings.database_url is not None or settings.s3_url is not None:
        raise OperatorError(
            "With servers of your own, the keys are yours too: put a new one before the others in PARLEY_FIELD_KEYS,"
            " run this without options, and take the older ones out once it names nothing that they encrypt."
        )


@contextmanager
def _held(settings: OpsSettings) -> Iterator[Home]:
    home = Home(settings.home)
    home.acquire()
    try:
        yield home
    finally:
        home.release()


def _seal(storage: StorageSettings) -> tuple[int, str]:
    url, keys = storage.database_url.get_secret_value(), storage.field_keys.get_secret_value()
    newest = FieldCipher(SecretStr(keys.split(",")[0]))
    try:
        asyncio.run(_forget_answers(storage))
        sealed = seal_fields(url, FieldCipher(storage.field_keys))
        left = unsealed_fields(url, newest)
    except psycopg.OperationalError as error:
        raise OperatorError("The database went away: run the command again.") from error
    return sealed, ", ".join(f"{column} ({count})" for column, count in left.items())


async def _forget_answers(storage: StorageSettings) -> None:
    # They are kept for a day, and are not encrypted anew.
    async with Database(storage) as database:
        await forget_answers(database)
