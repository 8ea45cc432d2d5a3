"""Make API keys in the database that the environment names."""

from storage.database import Database
from storage.keys.transactions import create_organisation_key
from storage.settings import StorageSettings


async def new_key(organisation: str, name: str) -> str:
    """A new API key of an organisation; it is kept only as a hash."""
    async with Database(StorageSettings()) as database:
        _, key = await create_organisation_key(database, organisation, name)
        return key
