"""Whose request is it: API keys as bearer tokens."""

from uuid import UUID

from starlette.requests import Request

from frontends.problems import ProblemError
from storage.database import Database
from storage.organisations.transactions import organisation_of_key

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="parley"'}


async def authenticate(request: Request, database: Database) -> UUID:
    """The organisation that the request's API key acts for; raises ProblemError 401."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise ProblemError(401, "key-missing", "Send your API key as 'Authorization: Bearer KEY'.", _CHALLENGE)
    organisation_id = await organisation_of_key(database, key.strip())
    if organisation_id is None:
        raise ProblemError(401, "key-unknown", "This API key is unknown or revoked.", _CHALLENGE)
    return organisation_id
