"""API keys over HTTP: their secrets are told once."""

from frontends.api.operation import Call, Operation
from storage.keys import transactions
from storage.keys.records import ApiKey, CreatedApiKey, KeyQuery, KeyRotation, NewApiKey
from storage.paging import Page


async def create_api_key(call: Call, new: NewApiKey) -> CreatedApiKey:
    return await transactions.create_key(call.connection, call.actor, new)


async def list_api_keys(call: Call) -> Page[ApiKey]:
    return await transactions.list_keys(call.connection, call.query)


async def rotate_api_key(call: Call, rotation: KeyRotation) -> CreatedApiKey:
    return await transactions.rotate_key(call.connection, call.actor, call.path_id("key_id"), rotation)


async def revoke_api_key(call: Call) -> ApiKey:
    return await transactions.revoke_key(call.connection, call.path_id("key_id"))


_KEYS = "/v1/api-keys"
_KEY = f"{_KEYS}/{{key_id:uuid}}"

OPERATIONS = [
    Operation("POST", _KEYS, "Make an API key", create_api_key, CreatedApiKey, NewApiKey, 201, scope="keys:write"),
    Operation("GET", _KEYS, "List API keys", list_api_keys, Page[ApiKey], scope="keys:read", query=KeyQuery),
    Operation(
        "POST", f"{_KEY}/rotate", "Replace a key; the old one works for the overlap", rotate_api_key, CreatedApiKey,
        KeyRotation, 201, scope="keys:write",
    ),
    Operation("POST", f"{_KEY}/revoke", "End a key at once", revoke_api_key, ApiKey, scope="keys:write"),
]  # fmt: skip
