"""Candidates' tokens: 256 random bits, kept as a hash, bound to one session and its interview's window."""

import hashlib
import secrets

from storage.access import Actor
from storage.database import Database, fetch_one
from storage.errors import Refusal
from storage.sql import load_queries

_QUERIES = load_queries(__file__)
TOKEN_PREFIX = "parleyc_"

# After the window's end a candidate may still send what they recorded within it.
GRACE_S = 900


class TokenRefused(Refusal):
    """This token opens nothing."""


def new_token() -> str:
    """A token that nobody can guess."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token: it is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).digest()


async def actor_of_token(database: Database, token: str) -> Actor:
    """The candidate whose token it is; raises TokenRefused where it is unknown, called off, or its window is over."""
    async with database.operator() as connection:
        row = await fetch_one(connection, _QUERIES["of_token"], {"token_hash": token_hash(token), "grace_s": GRACE_S})
    if row is None:
        raise TokenRefused("token-unknown", "This token is unknown.")
    if row["is_revoked"]:
        raise TokenRefused("token-revoked", "This invitation was called off.")
    if row["is_expired"]:
        raise TokenRefused("token-expired", "This invitation ended with its interview's window.")
    return Actor(row["organisation_id"], "candidate", row["id"], frozenset(), session_id=row["session_id"])
