"""Make API keys in the database that the environment names."""

from collections.abc import Iterable, Sequence

from ops.errors import OperatorError
from storage.access import SCOPES
from storage.database import Database
from storage.keys.transactions import create_organisation_key
from storage.settings import StorageSettings


def known_scopes(scopes: Iterable[str]) -> list[str]:
    """These scopes, each once; `*` is all of them. Raises OperatorError for one that there is not."""
    asked = list(dict.fromkeys(scopes))
    for scope in asked:
        if scope not in {*SCOPES, "*"}:
            raise OperatorError(f"There is no scope {scope}. There are: {', '.join(sorted(SCOPES))}.")
    return asked


async def new_key(organisation: str, name: str, scopes: Sequence[str] = ("*",)) -> str:
    """A new API key of an organisation, made where it does not exist; the key is kept only as a hash."""
    async with Database(StorageSettings()) as database:
        _, key = await create_organisation_key(database, organisation, name, scopes)
        return key
