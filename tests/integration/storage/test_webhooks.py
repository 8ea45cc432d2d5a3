"""Webhooks' rules: what is kept of endpoints and their secrets, what an announcement queues, and whose it is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from storage.access import Actor
from storage.database import Connection, Database
from storage.errors import Conflict, Invalid, NotFound
from storage.paging import PageQuery
from storage.updates import ANY_VERSION, Changed
from storage.webhooks import attempts
from storage.webhooks.attempts import Begun, Outcome, Underway, begin_attempt, end_attempt, give_up_delivery
from storage.webhooks.messages import announce, forget_messages, get_delivery, list_deliveries, list_messages, replay
from storage.webhooks.records import (
    CreatedEndpoint,
    Delivery,
    DeliveryQuery,
    EndpointChanges,
    NewEndpoint,
    SecretRotation,
    WebhookMessageQuery,
)
from storage.webhooks.settings import WebhookSettings
from storage.webhooks.targets import TargetRules
from storage.webhooks.transactions import (
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    get_endpoint,
    list_endpoints,
    rotate_secret,
    signing_secrets,
)

pytestmark = pytest.mark.integration

TABLES = ["webhook_endpoints", "webhook_secrets", "webhook_messages", "webhook_deliveries", "webhook_attempts"]
TAKEN = Outcome(12, 204, None)
REFUSED = Outcome(12, 500, "status")


async def _addresses(host: str, port: int) -> list[str]:
    return ["10.0.0.1"] if host.startswith("private") else ["93.184.215.14"]


RULES = TargetRules(WebhookSettings(allow_private=False, allow_http=False), _addresses)


async def new_endpoint(connection: Connection, **changes: Any) -> CreatedEndpoint:
    settings = {"url": "https://hooks.example.com/parley", "event_types": ["report.ready"]} | changes
    return await create_endpoint(connection, NewEndpoint.model_validate(settings), RULES)


async def announced(connection: Connection, organisation_id: UUID, endpoint_id: UUID) -> Delivery:
    """What a ready report becomes for that endpoint."""
    before = {item.id for item in (await list_deliveries(connection, endpoint_id, DeliveryQuery())).items}
    await announce(connection, organisation_id, "report.ready", {"session_id": uuid4()})
    listed = (await list_deliveries(connection, endpoint_id, DeliveryQuery())).items
    [new] = [item for item in listed if item.id not in before]
    return new


async def attempted(connection: Connection, delivery_id: UUID, outcome: Outcome) -> None:
    begun = await begin_attempt(connection, delivery_id)
    assert isinstance(begun, Begun)
    await end_attempt(connection, begun, outcome)


async def queued(connection: Connection) -> set[UUID]:
    """The deliveries that have a job."""
    rows = await connection.execute(
        b"SELECT args ->> 'delivery_id' AS id FROM procrastinate_jobs WHERE task_name = 'deliver_webhook'"
    )
    return {UUID(row["id"]) for row in await rows.fetchall()}


async def test_a_secret_is_told_once_and_encrypted_at_rest(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        created = await new_endpoint(connection)
        assert created.secret.startswith("whsec_")
        assert (created.version, created.enabled, created.disabled_reason) == (1, True, None)
        read = await get_endpoint(connection, created.id)
        assert created.secret not in read.model_dump_json()
        assert (await list_endpoints(connection, PageQuery())).items == [read]
        stored = await (await connection.execute(b"SELECT secret FROM webhook_secrets")).fetchone()
        assert stored is not None and created.secret.encode() not in stored["secret"]
        assert await signing_secrets(connection, created.id) == [created.secret]


async def test_an_address_that_is_not_public_is_refused_when_made_and_when_changed(
    database: Database, organisation_id: UUID
) -> None:
    async with database.transaction(organisation_id) as connection:
        with pytest.raises(Invalid) as refusal:
            await new_endpoint(connection, url="https://private.example.com/")
        assert refusal.value.pointer == "/url"
        endpoint = await new_endpoint(connection)
        with pytest.raises(Invalid):
            changes = EndpointChanges(url="https://private.example.com/")
            await change_endpoint(connection, endpoint.id, 1, changes, RULES)
        assert [item.url for item in (await list_endpoints(connection, PageQuery())).items] == [endpoint.url]


async def test_an_announcement_is_queued_for_each_enabled_endpoint_that_wants_it(
    database: Database, organisation_id: UUID
) -> None:
    async with database.transaction(organisation_id) as connection:
        wanting = [await new_endpoint(connection), await new_endpoint(connection, event_types=["report.ready"] * 2)]
        other = await new_endpoint(connection, event_types=["decision.made"])
        disabled = await new_endpoint(connection)
        await change_endpoint(connection, disabled.id, ANY_VERSION, EndpointChanges(enabled=False), RULES)
        session_id = uuid4()
        await announce(connection, organisation_id, "report.ready", {"session_id": session_id, "report_version": 1})
        [message] = (await list_messages(connection, WebhookMessageQuery())).items
        assert message.data == {"session_id": session_id, "report_version": 1}
        deliveries = []
        for endpoint in [*wanting, other, disabled]:
            deliveries += (await list_deliveries(connection, endpoint.id, DeliveryQuery())).items
        assert [(item.endpoint_id, item.message_id, item.state) for item in deliveries] == [
            (endpoint.id, message.id, "pending") for endpoint in wanting
        ]
        assert await queued(connection) == {item.id for item in deliveries}


async def test_what_did_not_happen_is_not_announced(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        await new_endpoint(connection)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(organisation_id) as connection:
            await announce(connection, organisation_id, "report.ready", {"session_id": uuid4()})
            raise ZeroDivisionError
    async with database.transaction(organisation_id) as connection:
        assert (await list_messages(connection, WebhookMessageQuery())).items == []
        assert await queued(connection) == set()


@pytest.mark.parametrize(
    "value", ["Ada", "ada lovelace", "ada@example.com", "艾达", "+8613800000000", 1.5, True, ["a"]]
)
async def test_personal_data_is_not_announced(database: Database, organisation_id: UUID, value: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        with pytest.raises(ValueError, match="validation error"):
            await announce(connection, organisation_id, "session.started", {"session_id": uuid4(), "candidate": value})
        assert (await list_messages(connection, WebhookMessageQuery())).items == []


@pytest.mark.parametrize("kind", ["candidate", "member"])
async def test_bound_actors_announce_and_see_nothing_of_webhooks(
    database: Database, organisation_id: UUID, build: Any, kind: str
) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection, event_types=["session.started"])
        session = await build.session(connection)
    bound = {"session_id": session.id} if kind == "candidate" else {"positions_of": uuid4()}
    actor = Actor(organisation_id, kind, uuid4(), frozenset(), **bound)  # type: ignore[arg-type]
    async with database.transaction(actor) as connection:
        await announce(connection, organisation_id, "session.started", {"session_id": session.id})
        for table in TABLES:
            rows = await connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            assert await rows.fetchall() == [], table
    async with database.transaction(organisation_id) as connection:
        [delivery] = (await list_deliveries(connection, endpoint.id, DeliveryQuery())).items
        assert delivery.id in await queued(connection)


async def test_changes_need_the_version_that_was_seen(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection, description="first")
        changed = await change_endpoint(connection, endpoint.id, 1, EndpointChanges(description=None), RULES)
        assert (changed.version, changed.description, changed.url) == (2, None, endpoint.url)
        with pytest.raises(Changed):
            await change_endpoint(connection, endpoint.id, 1, EndpointChanges(enabled=False), RULES)
        with pytest.raises(NotFound):
            await change_endpoint(connection, uuid4(), 1, EndpointChanges(enabled=False), RULES)


async def test_disabling_cancels_what_waits_and_enabling_sends_what_comes(
    database: Database, organisation_id: UUID
) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        waiting = await announced(connection, organisation_id, endpoint.id)
        off = await change_endpoint(connection, endpoint.id, 1, EndpointChanges(enabled=False), RULES)
        assert (off.enabled, off.disabled_reason) == (False, "by-hand")
        assert (await get_delivery(connection, waiting.id)).state == "cancelled"
        assert await begin_attempt(connection, waiting.id) is None
        with pytest.raises(Conflict, match="disabled"):
            await replay(connection, organisation_id, endpoint.id, waiting.message_id)
        await change_endpoint(connection, endpoint.id, off.version, EndpointChanges(enabled=True), RULES)
        again = await announced(connection, organisation_id, endpoint.id)
        assert isinstance(await begin_attempt(connection, again.id), Begun)


async def test_a_rotated_secret_signs_until_its_overlap_ends(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        rotated = await rotate_secret(connection, endpoint.id, SecretRotation(overlap_hours=1))
        assert await signing_secrets(connection, endpoint.id) == [rotated.secret, endpoint.secret]
        assert timedelta(minutes=59) < rotated.older_end_at - datetime.now(UTC) <= timedelta(hours=1)
    async with database.operator() as connection:
        await connection.execute(
            b"UPDATE webhook_secrets SET ends_at = ends_at - interval '61 minutes' WHERE endpoint_id = %s",
            [endpoint.id],
        )
    async with database.transaction(organisation_id) as connection:
        assert await signing_secrets(connection, endpoint.id) == [rotated.secret]


async def test_a_leaked_secret_ends_at_once(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        for _ in range(4):
            await rotate_secret(connection, endpoint.id, SecretRotation())
        with pytest.raises(Conflict, match="secrets still sign"):
            await rotate_secret(connection, endpoint.id, SecretRotation())
        newest = await rotate_secret(connection, endpoint.id, SecretRotation(overlap_hours=0))
        assert await signing_secrets(connection, endpoint.id) == [newest.secret]
        with pytest.raises(NotFound):
            await rotate_secret(connection, uuid4(), SecretRotation())


async def test_a_replay_takes_the_place_of_what_waits(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        first = await announced(connection, organisation_id, endpoint.id)
        second = await replay(connection, organisation_id, endpoint.id, first.message_id)
        third = await replay(connection, organisation_id, endpoint.id, first.message_id)
        assert second.message_id == third.message_id == first.message_id
        listed = (await list_deliveries(connection, endpoint.id, DeliveryQuery(state="pending"))).items
        assert [item.id for item in listed] == [third.id]
        assert await queued(connection) == {first.id, second.id, third.id}
        with pytest.raises(NotFound):
            await replay(connection, organisation_id, endpoint.id, uuid4())
        with pytest.raises(NotFound):
            await replay(connection, organisation_id, uuid4(), first.message_id)


async def test_attempts_are_logged_and_never_made_at_the_same_time(
    database: Database, organisation_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        delivery = await announced(connection, organisation_id, endpoint.id)
        await attempted(connection, delivery.id, REFUSED)
        assert isinstance(await begin_attempt(connection, delivery.id), Begun)
        underway = await begin_attempt(connection, delivery.id)
        assert isinstance(underway, Underway) and 25 < underway.seconds <= 30
        monkeypatch.setattr(attempts, "_UNDERWAY_S", 0.0)  # as if its worker had died half a minute ago
        await attempted(connection, delivery.id, TAKEN)
        assert await begin_attempt(connection, delivery.id) is None
        read = await get_delivery(connection, delivery.id)
    assert (read.state, read.type) == ("delivered", "report.ready")
    assert [(item.number, item.duration_ms, item.status, item.error) for item in read.attempts] == [
        (1, 12, 500, "status"), (2, None, None, None), (3, 12, 204, None)
    ]  # fmt: skip


@pytest.mark.parametrize(("taken_meanwhile", "reason"), [(False, "failing"), (True, None)])
async def test_an_endpoint_that_takes_nothing_for_days_is_disabled(
    database: Database, organisation_id: UUID, taken_meanwhile: bool, reason: str | None
) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        before = await announced(connection, organisation_id, endpoint.id)
        await attempted(connection, before.id, TAKEN)
    async with database.transaction(organisation_id) as connection:
        failing = await announced(connection, organisation_id, endpoint.id)
        await attempted(connection, failing.id, REFUSED)
    async with database.transaction(organisation_id) as connection:
        other = await announced(connection, organisation_id, endpoint.id)
        if taken_meanwhile:
            await attempted(connection, other.id, TAKEN)
        await give_up_delivery(connection, failing.id)
        assert (await get_delivery(connection, failing.id)).state == "failed"
        assert (await get_endpoint(connection, endpoint.id)).disabled_reason == reason
        assert (await get_delivery(connection, other.id)).state == ("delivered" if taken_meanwhile else "cancelled")


async def test_an_endpoint_is_not_disabled_for_what_parley_failed_at(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        delivery = await announced(connection, organisation_id, endpoint.id)
        await give_up_delivery(connection, delivery.id)
        assert (await get_delivery(connection, delivery.id)).state == "failed"
        assert (await get_endpoint(connection, endpoint.id)).enabled


async def test_a_deleted_endpoint_takes_its_log_along(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        delivery = await announced(connection, organisation_id, endpoint.id)
        begun = await begin_attempt(connection, delivery.id)
        assert isinstance(begun, Begun)
        await delete_endpoint(connection, endpoint.id)
        await end_attempt(connection, begun, TAKEN)
        assert await begin_attempt(connection, delivery.id) is None
        await give_up_delivery(connection, delivery.id)
        with pytest.raises(NotFound):
            await get_delivery(connection, delivery.id)
        with pytest.raises(NotFound):
            await delete_endpoint(connection, endpoint.id)


async def test_old_messages_are_forgotten_unless_they_still_wait(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        done = await announced(connection, organisation_id, endpoint.id)
        await attempted(connection, done.id, TAKEN)
    async with database.transaction(organisation_id) as connection:
        waiting = await announced(connection, organisation_id, endpoint.id)
    async with database.operator() as connection:
        await connection.execute(
            b"UPDATE webhook_messages SET created_at = created_at - interval '40 days' WHERE id = ANY(%s)",
            [[done.message_id, waiting.message_id]],
        )
        assert await forget_messages(connection, datetime.now(UTC) - timedelta(days=30)) == 1
    async with database.transaction(organisation_id) as connection:
        kept = (await list_deliveries(connection, endpoint.id, DeliveryQuery())).items
        assert [item.id for item in kept] == [waiting.id]


async def test_an_organisation_has_a_limited_number_of_endpoints(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        for _ in range(20):
            await new_endpoint(connection)
        with pytest.raises(Conflict, match="at most 20"):
            await new_endpoint(connection)


async def test_another_organisation_sees_and_reaches_nothing(
    database: Database, organisation_id: UUID, other_organisation_id: UUID
) -> None:
    async with database.transaction(organisation_id) as connection:
        endpoint = await new_endpoint(connection)
        delivery = await announced(connection, organisation_id, endpoint.id)
        await attempted(connection, delivery.id, REFUSED)
        for table in TABLES:
            rows = await connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            assert len(await rows.fetchall()) == 1, table
    async with database.transaction(other_organisation_id) as connection:
        for table in TABLES:
            rows = await connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            assert await rows.fetchall() == [], table
        await announce(connection, other_organisation_id, "report.ready", {"session_id": uuid4()})
        [message] = (await list_messages(connection, WebhookMessageQuery())).items
        assert await begin_attempt(connection, delivery.id) is None
        for refused in (
            get_endpoint(connection, endpoint.id),
            delete_endpoint(connection, endpoint.id),
            rotate_secret(connection, endpoint.id, SecretRotation()),
            change_endpoint(connection, endpoint.id, ANY_VERSION, EndpointChanges(enabled=False), RULES),
            replay(connection, other_organisation_id, endpoint.id, message.id),
            list_deliveries(connection, endpoint.id, DeliveryQuery()),
            get_delivery(connection, delivery.id),
        ):
            with pytest.raises(NotFound):
                await refused
    async with database.transaction(organisation_id) as connection:
        [only] = (await list_deliveries(connection, endpoint.id, DeliveryQuery())).items
        assert only.id == delivery.id


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (
            b"INSERT INTO webhook_deliveries (organisation_id, message_id, endpoint_id)"
            b" SELECT current_organisation(), id, %(endpoint)s FROM webhook_messages",
            psycopg.errors.ForeignKeyViolation,
        ),
        (
            b"INSERT INTO webhook_secrets (organisation_id, endpoint_id, secret)"
            b" VALUES (current_organisation(), %(endpoint)s, 'x')",
            psycopg.errors.ForeignKeyViolation,
        ),
        (
            b"INSERT INTO webhook_endpoints (organisation_id, url, event_types) VALUES (%(other)s, 'x', '{x}')",
            psycopg.errors.InsufficientPrivilege,
        ),
        (
            b"INSERT INTO webhook_messages (organisation_id, type, data) VALUES (current_organisation(), 'x', '{}')",
            psycopg.errors.InsufficientPrivilege,
        ),
        (b"UPDATE webhook_messages SET data = '{}'", psycopg.errors.InsufficientPrivilege),
        (b"UPDATE webhook_secrets SET secret = 'x'", psycopg.errors.InsufficientPrivilege),
        (b"DELETE FROM webhook_deliveries", psycopg.errors.InsufficientPrivilege),
    ],
)
async def test_the_database_refuses_what_no_transaction_does(
    database: Database,
    organisation_id: UUID,
    other_organisation_id: UUID,
    statement: bytes,
    error: type[psycopg.Error],
) -> None:
    async with database.transaction(other_organisation_id) as connection:
        theirs = await new_endpoint(connection)
    with pytest.raises(error):
        async with database.transaction(organisation_id) as connection:
            await announce(connection, organisation_id, "report.ready", {"session_id": uuid4()})
            await connection.execute(statement, {"endpoint": theirs.id, "other": other_organisation_id})
