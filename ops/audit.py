"""Verify the audit log in the database that the environment names."""

import re
from collections.abc import Sequence
from uuid import UUID

from ops.errors import OperatorError
from storage.audit.transactions import ChainHead, verify_audit_log
from storage.database import Database
from storage.settings import StorageSettings

_ANCHOR = re.compile(r"(?P<organisation>[0-9a-f-]{36}):(?P<number>[1-9][0-9]{0,17}):(?P<hash>[0-9a-f]{64})")


async def verified_anchors(noted: Sequence[str]) -> list[str]:
    """The head of every organisation's chain as an anchor, `ORGANISATION:NUMBER:HASH`, once all entries fit.

    noted: anchors of earlier times, which must still be in the chains. Raises OperatorError where one is none, and
    ChainBroken where an entry does not fit.
    """
    heads = [_head(anchor) for anchor in noted]
    async with Database(StorageSettings()) as database:
        found = await verify_audit_log(database, heads)
    return [f"{head.organisation_id}:{head.number}:{head.hash}" for head in found if head.number]


def _head(anchor: str) -> ChainHead:
    parts = _ANCHOR.fullmatch(anchor.strip().lower())
    try:
        if parts is None:
            raise ValueError
        return ChainHead(UUID(parts["organisation"]), int(parts["number"]), parts["hash"])
    except ValueError:
        raise OperatorError(
            f"{anchor} is no anchor: write ORGANISATION:NUMBER:HASH, as parley audit verify prints it."
        ) from None
