"""Make, change and remove endpoints, and rotate what signs for them."""

import base64
import secrets
from uuid import UUID

from storage.database import Connection, fetch_all, fetch_known, fetch_one
from storage.errors import Conflict, NotFound
from storage.paging import Page, PageQuery, fetch_page
from storage.sql import load_queries
from storage.updates import update_row
from storage.webhooks.records import (
    CreatedEndpoint,
    DisabledReason,
    Endpoint,
    EndpointChanges,
    NewEndpoint,
    RotatedSecret,
    SecretRotation,
)
from storage.webhooks.targets import TargetRules

_QUERIES = load_queries(__file__)

# Each is a delivery of every message: more would be one customer's flood.
_MAX_ENDPOINTS = 20
# Every live secret adds a signature to each request's header.
_MAX_LIVE_SECRETS = 5

# Standard Webhooks asks for 24 to 64 bytes.
_SECRET_BYTES = 32


async def create_endpoint(connection: Connection, new: NewEndpoint, rules: TargetRules) -> CreatedEndpoint:
    """Store a new endpoint; its secret is returned this once and kept encrypted.

    Resolves the URL's host. Raises Invalid where webhooks may not go there, Conflict where there are too many.
    """
    await rules.check(new.url)
    await connection.execute(_QUERIES["lock_count"])
    count = await fetch_one(connection, _QUERIES["count"], {})
    if count is None or count["endpoints"] >= _MAX_ENDPOINTS:
        raise Conflict("too-many-webhooks", f"An organisation has at most {_MAX_ENDPOINTS} webhook endpoints.")
    row = await fetch_one(connection, _QUERIES["insert_endpoint"], new.model_dump())
    endpoint = Endpoint.model_validate(row)
    secret = await _add_secret(connection, endpoint.id)
    return CreatedEndpoint.model_validate(endpoint.model_dump() | {"secret": secret})


async def get_endpoint(connection: Connection, endpoint_id: UUID) -> Endpoint:
    """One endpoint; raises NotFound."""
    return await _fetch(connection, "endpoint", endpoint_id)


async def list_endpoints(connection: Connection, query: PageQuery) -> Page[Endpoint]:
    """The endpoints, oldest first."""
    return await fetch_page(connection, _QUERIES["endpoints"], {}, Endpoint, query)


async def change_endpoint(
    connection: Connection, endpoint_id: UUID, version: int, changes: EndpointChanges, rules: TargetRules
) -> Endpoint:
    """Change an endpoint; disabling it cancels what waits to be delivered to it.

    Raises NotFound, Changed, or Invalid where webhooks may not go to the URL.
    """
    columns = changes.model_dump(exclude_unset=True)
    if "url" in columns:
        await rules.check(columns["url"])
    if "enabled" in columns:
        columns["disabled_reason"] = None if columns.pop("enabled") else "by-hand"
    await update_row(connection, "webhook_endpoints", "webhook", endpoint_id, version, columns)
    endpoint = await get_endpoint(connection, endpoint_id)
    if not endpoint.enabled:
        await cancel_pending(connection, endpoint_id)
    return endpoint


async def disable_endpoint(connection: Connection, endpoint_id: UUID, reason: DisabledReason) -> None:
    """Send this endpoint nothing more, what waits included. The caller has locked it."""
    await connection.execute(_QUERIES["disable_endpoint"], {"id": endpoint_id, "reason": reason})
    await cancel_pending(connection, endpoint_id)


async def delete_endpoint(connection: Connection, endpoint_id: UUID) -> None:
    """Remove an endpoint with its secrets and its delivery log; raises NotFound."""
    deleted = await connection.execute(_QUERIES["delete_endpoint"], {"id": endpoint_id})
    if deleted.rowcount == 0:
        raise NotFound("webhook")


async def rotate_secret(connection: Connection, endpoint_id: UUID, rotation: SecretRotation) -> RotatedSecret:
    """A new secret, returned this once; older ones sign beside it until the overlap ends.

    Raises NotFound, or Conflict where too many older ones still sign: an overlap of 0 ends them all.
    """
    await lock_endpoint(connection, endpoint_id)
    ended = await fetch_one(
        connection, _QUERIES["end_secrets"], {"endpoint_id": endpoint_id, "overlap_hours": rotation.overlap_hours}
    )
    assert ended is not None  # an endpoint always has a secret
    await connection.execute(_QUERIES["forget_ended_secrets"], {"endpoint_id": endpoint_id})
    if len(await signing_secrets(connection, endpoint_id)) >= _MAX_LIVE_SECRETS:
        raise Conflict(
            "too-many-secrets",
            f"{_MAX_LIVE_SECRETS} secrets still sign: wait for the oldest to end, or end all with an overlap of 0.",
        )
    return RotatedSecret(secret=await _add_secret(connection, endpoint_id), older_end_at=ended["older_end_at"])


async def signing_secrets(connection: Connection, endpoint_id: UUID) -> list[str]:
    """The secrets that sign for an endpoint now, the newest first."""
    rows = await fetch_all(connection, _QUERIES["live_secrets"], {"endpoint_id": endpoint_id})
    return [connection.fields.decrypt(row["secret"]) for row in rows]


async def lock_endpoint(connection: Connection, endpoint_id: UUID) -> Endpoint:
    """One endpoint, held until the transaction ends; raises NotFound.

    Whoever locks deliveries of other jobs locks their endpoint first, so that no two wait for each other.
    """
    return await _fetch(connection, "lock_endpoint", endpoint_id)


async def cancel_pending(connection: Connection, endpoint_id: UUID, message_id: UUID | None = None) -> None:
    """Cancel what waits to be delivered to an endpoint, or what of one message does. The caller has locked it."""
    await connection.execute(_QUERIES["cancel_pending"], {"endpoint_id": endpoint_id, "message_id": message_id})


async def _add_secret(connection: Connection, endpoint_id: UUID) -> str:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    await connection.execute(
        _QUERIES["insert_secret"], {"endpoint_id": endpoint_id, "secret": connection.fields.encrypt(secret)}
    )
    return secret


async def _fetch(connection: Connection, query: str, endpoint_id: UUID) -> Endpoint:
    row = await fetch_known(connection, _QUERIES[query], {"id": endpoint_id}, "webhook")
    return Endpoint.model_validate(row)
