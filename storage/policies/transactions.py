"""Read and change policies, and tell what holds for an interview."""

from typing import Any
from uuid import UUID

from storage.consents.notices import notice_versions
from storage.database import Connection, fetch_all, fetch_one
from storage.errors import Conflict, Invalid
from storage.interviews.transactions import get_interview
from storage.policies.presets import check, resolve
from storage.policies.records import EffectivePolicy, Policy, PolicySettings
from storage.sql import load_queries
from storage.updates import update_row

_QUERIES = load_queries(__file__)
_Stored = dict[UUID | None, dict[str, Any]]


async def get_policy(connection: Connection, interview_id: UUID | None = None) -> Policy:
    """The policy of an interview, or the organisation's own; raises NotFound for an unknown interview."""
    if interview_id is not None:
        await get_interview(connection, interview_id)
    return _policy(await _stored(connection, interview_id), interview_id)


async def effective_policy(connection: Connection, interview_id: UUID) -> EffectivePolicy:
    """What holds for an interview."""
    return _policy(await _stored(connection, interview_id), interview_id).effective


async def change_policy(
    connection: Connection, interview_id: UUID | None, version: int, changes: PolicySettings
) -> Policy:
    """Change the policy of an interview, or the organisation's own.

    Raises NotFound, Changed, Invalid where the law of the region does not allow it, or Conflict where expressions are
    to be scored, which nothing does, or where an interview's own settings would break the organisation's new region.
    """
    if interview_id is not None:
        await get_interview(connection, interview_id)
    if changes.notice_version is not None and changes.notice_version not in notice_versions():
        raise Invalid("notice-unknown", f"There are these notices: {', '.join(notice_versions())}.", "/notice_version")
    for owner in {None, interview_id}:
        await connection.execute(_QUERIES["ensure"], {"interview_id": owner})
    # Changes of an interview wait for the organisation's: each is checked against the other.
    await fetch_one(connection, _QUERIES["lock"], {})
    stored = await _stored(connection, interview_id)
    columns = changes.model_dump(exclude_unset=True)
    await update_row(connection, "policies", "policy", stored[interview_id]["id"], version, columns)
    stored = await _stored(connection, interview_id, all_of_them=interview_id is None)
    _check(stored, interview_id)
    if changes.expressions == "scored":
        # Where the law would allow it, there is nothing yet that could: what is promised must be true.
        raise Conflict("expressions-not-scorable", "No part of the scoring uses expressions: choose advisory or off.")
    return _policy(stored, interview_id)


def _check(stored: _Stored, interview_id: UUID | None) -> None:
    organisation = _settings(stored, None)
    check(organisation, None if interview_id is None else _settings(stored, interview_id))
    for other in stored.keys() - {None, interview_id}:
        try:
            check(organisation, _settings(stored, other))
        except Invalid as broken:
            raise Conflict(
                "interview-policy-breaks", f"The policy of interview {other} would not be allowed: {broken.message}"
            ) from None


async def _stored(connection: Connection, interview_id: UUID | None, all_of_them: bool = False) -> _Stored:
    rows = await fetch_all(connection, _QUERIES["policies"], {"interview_id": interview_id, "all": all_of_them})
    return {row["interview_id"]: row for row in rows}


def _settings(stored: _Stored, owner: UUID | None) -> PolicySettings:
    row = stored.get(owner, {})
    return PolicySettings.model_validate({name: row.get(name) for name in PolicySettings.model_fields})


def _policy(stored: _Stored, interview_id: UUID | None) -> Policy:
    settings = _settings(stored, interview_id)
    organisation = _settings(stored, None)
    return Policy(
        interview_id=interview_id,
        version=stored[interview_id]["version"] if interview_id in stored else 1,
        settings=settings,
        effective=resolve(organisation, None if interview_id is None else settings),
    )
