"""Policies: presets by region, inheritance, and what a region's law refuses."""

from typing import Any, get_args
from uuid import UUID

import pytest

from storage.database import Connection, Database
from storage.errors import Conflict, Invalid
from storage.policies.presets import check, presets, resolve
from storage.policies.records import EffectivePolicy, Policy, PolicySettings, Region
from storage.policies.transactions import change_policy, effective_policy, get_policy
from storage.updates import ANY_VERSION, Changed

pytestmark = pytest.mark.integration

AUDIT = "https://example.org/bias-audit"


async def changed(connection: Connection, interview_id: UUID | None = None, **settings: Any) -> Policy:
    return await change_policy(connection, interview_id, ANY_VERSION, PolicySettings(**settings))


@pytest.mark.parametrize("region", get_args(Region))
def test_every_preset_is_lawful_by_itself_and_says_where_each_value_comes_from(region: Region) -> None:
    settings = PolicySettings(region=region, bias_audit_url=AUDIT)
    check(settings)
    effective = resolve(settings)
    assert set(presets()[region].settings) == set(EffectivePolicy.model_fields) - {"region", "bias_audit_url"} | {
        "bias_audit"
    }
    for name, value in presets()[region].settings.items():
        assert value.basis.endswith(".")
        assert name == "bias_audit" or getattr(effective, name) == value.value


@pytest.mark.parametrize(
    ("settings", "code", "law"),
    [
        ({"region": "EU", "expressions": "advisory"}, "policy-expressions", "Art. 5(1)(f)"),
        ({"region": "EU", "expressions": "scored"}, "policy-expressions", "Art. 5(1)(f)"),
        ({"region": "EU", "human_review": False}, "policy-human-review", "Art. 22"),
        ({"region": "EU", "consent": "optional"}, "policy-consent", "Annex III"),
        ({"region": "EU", "decision_days": 100}, "policy-decision-days", "Art. 26(6)"),
        ({"region": "US-IL", "consent": "optional"}, "policy-consent", "820 ILCS 42"),
        ({"region": "US-IL", "biometric_days": 1200}, "policy-biometric-days", "BIPA"),
        ({"region": "US-NYC"}, "policy-bias-audit", "20-871(a)"),
        ({"region": "CN", "expressions": "scored"}, "policy-expressions", "PIPL Art. 24"),
        ({"region": "CN", "consent": "optional"}, "policy-consent", "29"),
    ],
)
def test_what_a_regions_law_does_not_allow_is_refused_with_the_law(
    settings: dict[str, Any], code: str, law: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(PolicySettings(**settings))
    assert refused.value.code == code
    assert law in refused.value.message
    assert refused.value.pointer is not None and refused.value.pointer.removeprefix("/") in PolicySettings.model_fields


def test_what_is_stored_but_not_lawful_any_more_takes_no_effect() -> None:
    assert (
        resolve(PolicySettings(region="EU", expressions="scored", decision_days=1)).model_dump().items()
        >= {
            "expressions": "off",
            "decision_days": 730,
        }.items()
    )


def test_nothing_is_kept_longer_than_the_decision_record() -> None:
    with pytest.raises(Invalid) as refused:
        check(PolicySettings(media_days=900))
    assert (refused.value.code, refused.value.pointer) == ("policy-days", "/media_days")


async def test_an_interview_inherits_within_its_region_alone(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        interview_id = (await build.session(connection)).interview_id
        assert (await get_policy(connection, interview_id)).effective == resolve(PolicySettings())
        await changed(connection, media_days=20, expressions="advisory")
        await changed(connection, interview_id, media_days=10)
        effective = await effective_policy(connection, interview_id)
        assert (effective.media_days, effective.expressions) == (10, "advisory")
        await changed(connection, interview_id, region="EU", media_days=None)
        effective = await effective_policy(connection, interview_id)
        assert (effective.media_days, effective.expressions, effective.region) == (90, "off", "EU")


async def test_an_organisations_new_region_must_suit_its_interviews(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        interview_id = (await build.session(connection)).interview_id
        await changed(connection, interview_id, expressions="advisory")
    with pytest.raises(Conflict, match=str(interview_id)):
        async with database.transaction(organisation_id) as connection:
            await changed(connection, region="EU")
    async with database.transaction(organisation_id) as connection:
        assert (await get_policy(connection)).effective.region == "none"


async def test_expressions_are_not_scored_where_the_law_would_allow_it_either(
    database: Database, organisation_id: UUID
) -> None:
    with pytest.raises(Conflict) as refused:
        async with database.transaction(organisation_id) as connection:
            await changed(connection, expressions="scored")
    assert refused.value.code == "expressions-not-scorable"
    async with database.transaction(organisation_id) as connection:
        assert (await get_policy(connection)).effective.expressions == "advisory"


async def test_a_change_needs_the_version_that_was_read(database: Database, organisation_id: UUID) -> None:
    async with database.transaction(organisation_id) as connection:
        seen = (await get_policy(connection)).version
        first = await change_policy(connection, None, seen, PolicySettings(media_days=3))
        assert first.version == seen + 1
        with pytest.raises(Changed):
            await change_policy(connection, None, seen, PolicySettings(media_days=4))
        with pytest.raises(Invalid, match="2026-1"):
            await changed(connection, notice_version="1999-1")
