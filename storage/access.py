"""Who acts, and what they may do."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Scope = Literal[
    "positions:read", "positions:write",  # and question templates
    "interviews:read", "interviews:write",
    "candidates:read", "candidates:write",  # and applications
    "sessions:read", "sessions:write",  # and invitations, messages, takes, live events
    "reports:read",  # and comparisons
    "decisions:read", "decisions:write",
    "outcomes:read", "outcomes:write",
    "webhooks:read", "webhooks:write",
    "members:read", "members:write",
    "keys:read", "keys:write",
    "audit:read",
    "privacy:read", "privacy:write",  # policies, exports and erasure
]  # fmt: skip
Role = Literal["admin", "recruiter", "hiring_manager", "observer"]

SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
_READ_ONLY: frozenset[Scope] = frozenset({"positions:read", "interviews:read", "sessions:read", "reports:read"})
_HIRING_MANAGER: frozenset[Scope] = _READ_ONLY | {
    "candidates:read", "decisions:read", "decisions:write", "outcomes:read", "outcomes:write"
}  # fmt: skip
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    "admin": SCOPES,
    "recruiter": _HIRING_MANAGER
    | {"positions:write", "interviews:write", "candidates:write", "sessions:write", "members:read", "privacy:read"},
    "hiring_manager": _HIRING_MANAGER,
    "observer": _READ_ONLY,
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a key of the enterprise's software, a member, a candidate by their token, or Parley itself.

    `positions_of` binds to the positions of that member, `session_id` to that session; row-level security holds both.
    """

    organisation_id: UUID
    kind: Literal["key", "member", "candidate", "system"]
    id: UUID | None
    scopes: frozenset[Scope]
    positions_of: UUID | None = None
    session_id: UUID | None = None


def system(organisation_id: UUID) -> Actor:
    """Parley itself, at work for an organisation."""
    return Actor(organisation_id, "system", None, SCOPES)
