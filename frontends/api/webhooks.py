"""Webhooks over HTTP: endpoints, their secrets, what was told, and how each delivery went."""

from frontends.api.operation import Call, Operation
from storage.errors import NotFound
from storage.paging import Page, PageQuery
from storage.webhooks import messages, transactions
from storage.webhooks.records import (
    CreatedEndpoint,
    Delivery,
    DeliveryQuery,
    Endpoint,
    EndpointChanges,
    NewEndpoint,
    RotatedSecret,
    SecretRotation,
    WebhookMessage,
    WebhookMessageQuery,
)


async def create_webhook(call: Call, new: NewEndpoint) -> CreatedEndpoint:
    return await transactions.create_endpoint(call.connection, new, call.services.webhook_targets)


async def list_webhooks(call: Call) -> Page[Endpoint]:
    return await transactions.list_endpoints(call.connection, call.query)


async def get_webhook(call: Call) -> Endpoint:
    return await transactions.get_endpoint(call.connection, call.path_id("webhook_id"))


async def change_webhook(call: Call, changes: EndpointChanges) -> Endpoint:
    return await transactions.change_endpoint(
        call.connection, call.path_id("webhook_id"), call.version, changes, call.services.webhook_targets
    )


async def delete_webhook(call: Call) -> None:
    await transactions.delete_endpoint(call.connection, call.path_id("webhook_id"))


async def rotate_webhook_secret(call: Call, rotation: SecretRotation) -> RotatedSecret:
    return await transactions.rotate_secret(call.connection, call.path_id("webhook_id"), rotation)


async def list_webhook_deliveries(call: Call) -> Page[Delivery]:
    return await messages.list_deliveries(call.connection, call.path_id("webhook_id"), call.query)


async def get_webhook_delivery(call: Call) -> Delivery:
    delivery = await messages.get_delivery(call.connection, call.path_id("delivery_id"))
    if delivery.endpoint_id != call.path_id("webhook_id"):
        raise NotFound("delivery")
    return delivery


async def replay_webhook_message(call: Call) -> Delivery:
    return await messages.replay(
        call.connection, call.organisation_id, call.path_id("webhook_id"), call.path_id("message_id")
    )


async def list_webhook_messages(call: Call) -> Page[WebhookMessage]:
    return await messages.list_messages(call.connection, call.query)


_WEBHOOKS = "/v1/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook_id:uuid}}"
_DELIVERIES = f"{_WEBHOOK}/deliveries"

OPERATIONS = [
    Operation(
        "POST", _WEBHOOKS, "Have something told to a URL", create_webhook, CreatedEndpoint, NewEndpoint, 201,
        scope="webhooks:write",
    ),
    Operation("GET", _WEBHOOKS, "List webhooks", list_webhooks, Page[Endpoint], scope="webhooks:read", query=PageQuery),
    Operation("GET", _WEBHOOK, "Get a webhook", get_webhook, Endpoint, scope="webhooks:read"),
    Operation(
        "PATCH", _WEBHOOK, "Change a webhook", change_webhook, Endpoint, EndpointChanges, scope="webhooks:write"
    ),
    Operation(
        "DELETE", _WEBHOOK, "Remove a webhook and its delivery log", delete_webhook, None, None, 204,
        scope="webhooks:write",
    ),
    Operation(
        "POST", f"{_WEBHOOK}/secret", "Sign with a new secret; older ones for the overlap too", rotate_webhook_secret,
        RotatedSecret, SecretRotation, 201, scope="webhooks:write",
    ),
    Operation(
        "GET", _DELIVERIES, "List a webhook's deliveries", list_webhook_deliveries, Page[Delivery],
        scope="webhooks:read", query=DeliveryQuery,
    ),
    Operation(
        "GET", f"{_DELIVERIES}/{{delivery_id:uuid}}", "Get a delivery and its attempts", get_webhook_delivery, Delivery,
        scope="webhooks:read",
    ),
    Operation(
        "POST", f"{_WEBHOOK}/messages/{{message_id:uuid}}/replay", "Deliver a message again", replay_webhook_message,
        Delivery, None, 202, scope="webhooks:write",
    ),
    Operation(
        "GET", "/v1/webhook-messages", "List what webhooks were told, or would have been", list_webhook_messages,
        Page[WebhookMessage], scope="webhooks:read", query=WebhookMessageQuery,
    ),
]  # fmt: skip
