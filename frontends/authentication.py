"""Who calls: API keys and candidates' tokens, both as bearer tokens."""

from starlette.requests import Request

from frontends.problems import ProblemError
from storage.access import Actor
from storage.database import Database
from storage.invitations.tokens import TOKEN_PREFIX, TokenRefused, actor_of_token
from storage.keys.transactions import KeyRefused, actor_of_key

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="parley"'}


async def authenticate(request: Request, database: Database) -> Actor:
    """Who acts through the request's bearer token; raises ProblemError 401."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ProblemError(401, "key-missing", "Send your API key as 'Authorization: Bearer KEY'.", _CHALLENGE)
    token = token.strip()
    try:
        if token.startswith(TOKEN_PREFIX):
            return await actor_of_token(database, token)
        return await actor_of_key(database, token)
    except (KeyRefused, TokenRefused) as refused:
        raise ProblemError(401, refused.code, refused.message, _CHALLENGE) from None
