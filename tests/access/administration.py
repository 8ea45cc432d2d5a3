"""Members, API keys, the audit log, webhooks."""

from uuid import UUID, uuid4

from access.asked import Asked, asks, sends
from access.scene import Scene, new_member

from storage.keys.transactions import insert_key
from storage.webhooks.messages import announce, list_deliveries
from storage.webhooks.records import DeliveryQuery, NewEndpoint
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules
from storage.webhooks.transactions import create_endpoint

# Nothing is sent there: no worker runs.
TARGETS = TargetRules(WebhookSettings(allow_private=True))
_ENDPOINT = {"url": "https://127.0.0.1:8443/hooks", "event_types": ["session.started"]}

sends(
    create_webhook=lambda: _ENDPOINT,
    change_webhook=lambda: {"enabled": False},
    rotate_webhook_secret=lambda: {"overlap_hours": 1},
    create_member=lambda: {"name": "Bo", "email": f"{uuid4()}@example.org", "role": "observer"},
    change_member=lambda: {"name": "Bo"},
    create_api_key=lambda: {"name": "ats", "scopes": ["*"]},
    rotate_api_key=lambda: {"overlap_s": 60},
)


@asks("list_members", "get_member", "change_member", "add_position_manager", "remove_position_manager")
async def _member(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        member = await new_member(connection, "observer")
    return Asked({"position_id": scene.position.id, "member_id": member.id}, shows=member.id)


@asks("list_api_keys", "rotate_api_key", "revoke_api_key")
async def _key(scene: Scene, _: str) -> Asked:
    # Nobody rotates a key that may do more than they.
    async with scene.transaction() as connection:
        key = await insert_key(connection, scene.organisation_id, "test", ["keys:write"])
    return Asked({"key_id": key.id}, shows=key.id)


@asks("list_audit")
async def _audited(scene: Scene, _: str) -> Asked:
    return Asked(query={"object_id": str(scene.position.id)}, shows=scene.position.id)


@asks("list_webhooks", "get_webhook", "change_webhook", "delete_webhook", "rotate_webhook_secret")
async def _webhook(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        endpoint = await create_endpoint(connection, NewEndpoint.model_validate(_ENDPOINT), TARGETS)
    return Asked({"webhook_id": endpoint.id}, shows=endpoint.id)


@asks("list_webhook_deliveries", "get_webhook_delivery", "replay_webhook_message", "list_webhook_messages")
async def _delivery(scene: Scene, caller: str) -> Asked:
    webhook_id = UUID(str((await _webhook(scene, caller)).names["webhook_id"]))
    async with scene.transaction() as connection:
        await announce(connection, scene.organisation_id, "session.started", {"session_id": scene.sitting.session_id})
        [delivery] = (await list_deliveries(connection, webhook_id, DeliveryQuery())).items
    names = {"webhook_id": webhook_id, "delivery_id": delivery.id, "message_id": delivery.message_id}
    return Asked(names, shows=delivery.message_id)
