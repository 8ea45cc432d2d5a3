"""`parley keys`: scoped API keys, and contact data under a new key."""

import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from operator_commands import Operator

from ops.embedded import EmbeddedServers
from storage.access import SCOPES
from storage.candidates.records import CandidateQuery, NewCandidate
from storage.candidates.transactions import create_candidate, list_candidates
from storage.database import Database
from storage.errors import Unavailable
from storage.fields import FieldCipher
from storage.idempotency.transactions import KeptAnswer, claim_key, keep_answer
from storage.keys.transactions import actor_of_key, create_organisation_key
from storage.members.records import MemberQuery, NewMember
from storage.members.transactions import create_member, list_members
from storage.migrate import migrate
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

EMAIL, PHONE = "ada@example.org", "+8613800138000"


def settings_of(variables: dict[str, str], *keys: str) -> StorageSettings:
    values = {name.removeprefix("PARLEY_").lower(): value for name, value in variables.items()}
    return StorageSettings.model_validate(values | ({"field_keys": ",".join(keys)} if keys else {}))


async def add_people(settings: StorageSettings) -> UUID:
    """An organisation with a candidate, a member and an answer that is kept for its Idempotency-Key."""
    async with Database(settings) as database:
        organisation_id, _ = await create_organisation_key(database, "People", "test")
        async with database.transaction(organisation_id) as connection:
            await create_candidate(connection, NewCandidate(name="Ada", email=EMAIL, phone=PHONE))
            await create_member(connection, NewMember(name="Grace", email=EMAIL, role="admin"))
            actor_id = uuid4()
            assert await claim_key(connection, actor_id, "once", bytes(32)) is None
            await keep_answer(connection, actor_id, "once", KeptAnswer(201, {}, "a new secret"))
    return organisation_id


async def people(settings: StorageSettings, organisation_id: UUID) -> list[str | None]:
    """What is read of the people, found by their address."""
    async with Database(settings) as database, database.transaction(organisation_id) as connection:
        [candidate] = (await list_candidates(connection, CandidateQuery(email=EMAIL.upper()))).items
        [member] = (await list_members(connection, MemberQuery())).items
    return [candidate.email, candidate.phone, member.email]


async def age_answers(settings: StorageSettings) -> None:
    async with Database(settings) as database, database.operator() as connection:
        await connection.execute(b"UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'")


async def test_a_key_is_made_for_the_scopes_that_are_asked(operator: Operator) -> None:
    scoped = operator.done("keys", "create", "Scoped", "--scope", "candidates:read", "--scope", "positions:read")
    whole = operator.done("keys", "create", "Scoped")
    async with Database(settings_of(operator.variables)) as database:
        actor = await actor_of_key(database, scoped.stdout.strip())
        assert actor.scopes == {"candidates:read", "positions:read"}
        assert (await actor_of_key(database, whole.stdout.strip())).scopes == SCOPES
    told = operator.refused("keys", "create", "Scoped", "--scope", "candidates:reed")
    assert "no scope candidates:reed" in told and "candidates:read" in told


async def test_rotated_fields_are_read_and_found_without_the_old_key(operator: Operator) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before, both, after = (settings_of(operator.variables, *keys) for keys in ((old,), (new, old), (new,)))
    migrate(before)
    organisation_id = await add_people(before)
    assert await people(both, organisation_id) == [EMAIL, PHONE, EMAIL]
    assert "PARLEY_FIELD_KEYS" in operator.refused("keys", "rotate-fields", PARLEY_FIELD_KEYS=new)

    rotated = operator.done("keys", "rotate-fields", PARLEY_FIELD_KEYS=f"{new},{old}")
    assert "3 fields" in rotated.stderr
    assert "they still encrypt idempotency_keys.body (1)" in rotated.stderr
    await age_answers(both)
    rotated = operator.done("keys", "rotate-fields", PARLEY_FIELD_KEYS=f"{new},{old}")
    assert "still encrypt" not in rotated.stderr

    assert await people(after, organisation_id) == [EMAIL, PHONE, EMAIL]
    with pytest.raises((Unavailable, ValueError)):
        await people(before, organisation_id)


async def test_a_change_that_is_made_meanwhile_is_kept(operator: Operator) -> None:
    settings = settings_of(operator.variables)
    migrate(settings)
    organisation_id = await add_people(settings)
    fields = FieldCipher(settings.field_keys)
    async with Database(settings) as database, database.operator() as connection:
        changed = {"email": fields.encrypt("new@example.org"), "index": fields.index("new@example.org")}
        await connection.execute(b"UPDATE candidates SET email = %(email)s, email_index = %(index)s", changed)
        rotating = asyncio.create_task(asyncio.to_thread(operator.done, "keys", "rotate-fields"))
        await asyncio.sleep(4)
        assert not rotating.done()
    await rotating
    async with Database(settings) as database, database.transaction(organisation_id) as connection:
        [candidate] = (await list_candidates(connection, CandidateQuery(email="new@example.org"))).items
    assert candidate.email == "new@example.org"


def test_the_keys_of_own_servers_are_not_made_here(operator: Operator) -> None:
    for option in ("--new-key", "--drop-old"):
        assert "PARLEY_FIELD_KEYS" in operator.refused("keys", "rotate-fields", option)


async def test_an_embedded_home_gets_a_new_key_and_loses_the_old_one(
    embedded_operator: Operator, tmp_path: Path
) -> None:
    home = tmp_path / "home"

    def keys() -> list[str]:
        found: list[str] = json.loads((home / "secrets.json").read_text())["field_key"].split(",")
        return found

    def settings(servers: EmbeddedServers) -> StorageSettings:
        access = {"s3_url": servers.s3.url, "s3_access_key": "unused", "s3_secret_key": "unused"}
        values = {"database_url": servers.database_url, "field_keys": servers.field_key}
        return StorageSettings.model_validate(access | values)

    with EmbeddedServers(home) as servers:
        migrate(settings(servers))
        organisation_id = await add_people(settings(servers))
        assert "already runs" in embedded_operator.refused("keys", "rotate-fields", "--new-key")
    [first] = keys()

    kept = embedded_operator.refused("keys", "rotate-fields", "--new-key", "--drop-old")
    assert "older keys are kept" in kept and "idempotency_keys.body (1)" in kept
    second = keys()[0]
    assert keys() == [second, first] and second != first
    with EmbeddedServers(home) as servers:
        await age_answers(settings(servers))
    embedded_operator.done("keys", "rotate-fields", "--drop-old")
    assert keys() == [second]
    with EmbeddedServers(home) as servers:
        assert await people(settings(servers), organisation_id) == [EMAIL, PHONE, EMAIL]
