"""Consent: what is told, what is stored, and what follows from it."""

import hashlib
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest

from storage.access import SCOPES, Actor
from storage.consents.notices import notice_text, notice_versions, tells_of_voices
from storage.consents.records import Choice, Consent, ConsentQuery, NewConsent, NoticeLanguage
from storage.consents.transactions import check_may_record, get_notice, give_consent, list_consents, session_policy
from storage.database import Connection, Database
from storage.errors import Conflict, Invalid
from storage.policies.presets import resolve
from storage.policies.records import PolicySettings, Region
from storage.policies.transactions import change_policy
from storage.sessions.records import Session
from storage.sessions.transactions import withdraw_session
from storage.updates import ANY_VERSION

pytestmark = pytest.mark.integration


async def set_policy(connection: Connection, **settings: Any) -> None:
    await change_policy(connection, None, ANY_VERSION, PolicySettings(**settings))


def candidate(session: Session, organisation_id: UUID) -> Actor:
    return Actor(organisation_id, "candidate", session.candidate_id, frozenset(), session_id=session.id)


async def consent(connection: Connection, actor: Actor, session: Session, choice: Choice, **more: Any) -> Consent:
    notice = await get_notice(connection, session.id)
    new = NewConsent(language=notice.language, notice_sha256=notice.sha256, choice=choice, **more)
    return await give_consent(connection, actor, session.id, new)


@pytest.mark.parametrize(
    ("version", "region", "language"),
    [*product(notice_versions(), get_args(Region), get_args(NoticeLanguage))],
)
def test_every_notice_tells_the_ais_role_who_decides_how_long_and_what_can_be_chosen(
    version: str, region: Region, language: NoticeLanguage
) -> None:
    settings = PolicySettings(
        region=region, notice_version=version, identity="required", bias_audit_url="https://a.example"
    )
    policy = resolve(settings)
    text = notice_text(policy, language, "Acme {{ 7 * 7 }}", "Team lead")
    told = {
        "en": ["What the AI does", "People at Acme {{ 7 * 7 }} decide", "Decline the AI", "Withdraw", "biometric"],
        "zh": ["人工智能做什么", "由Acme {{ 7 * 7 }}的工作人员作出决定", "拒绝人工智能分析", "退出", "生物识别"],
    }[language]
    days = [policy.media_days, policy.biometric_days, policy.analysis_days, policy.decision_days]
    for part in told + [f"{number} {'days' if language == 'en' else '天'}" for number in days]:
        assert part in text
    law = {"EU": "GDPR", "US-IL": "820 ILCS 42", "US-NYC": "144", "CN": "24" if language == "en" else "第二十四条"}
    assert law.get(region, "") in text
    plain = notice_text(resolve(PolicySettings(region=region)), language, "Acme", "Team lead")
    if region == "EU":
        assert {"en": "not analysed", "zh": "不分析您的面部表情"}[language] in plain


async def test_nothing_is_recorded_before_a_consent_where_the_policy_requires_one(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await check_may_record(connection, session)
        await set_policy(connection, region="EU")
        with pytest.raises(Conflict) as refused:
            await check_may_record(connection, session)
        assert refused.value.code == "consent-missing"
    actor = candidate(session, organisation_id)
    async with database.transaction(actor) as connection:
        stored = await consent(connection, actor, session, "accept")
        await check_may_record(connection, session)
    assert (stored.region, stored.given_by, stored.terms.media_days) == ("EU", "candidate", 90)
    async with database.transaction(organisation_id) as connection:
        await set_policy(connection, region="CN")
        with pytest.raises(Conflict) as refused:
            await check_may_record(connection, session)
    assert refused.value.code == "consent-outdated"


async def test_a_consent_is_to_the_text_that_was_shown(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        actor = candidate(session, organisation_id)
        notice = await get_notice(connection, session.id, "zh")
        assert notice.sha256 == hashlib.sha256(notice.text.encode()).hexdigest()
        await set_policy(connection, media_days=170)
        with pytest.raises(Conflict) as refused:
            await give_consent(
                connection, actor, session.id,
                NewConsent(language="zh", notice_sha256=notice.sha256, choice="accept"),
            )  # fmt: skip
        assert refused.value.code == "notice-changed"


async def test_declining_leaves_recordings_alone_and_the_newest_choice_counts(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        assert (await session_policy(connection, session)).ai_analysis
        actor = candidate(session, organisation_id)
        first = await consent(connection, actor, session, "accept", biometrics=True)
        policy = await session_policy(connection, session)
        assert (policy.ai_analysis, policy.expressions, policy.identity) == (True, "advisory", "optional")
        second = await consent(connection, actor, session, "decline_ai")
        policy = await session_policy(connection, session)
        assert (policy.ai_analysis, policy.expressions, policy.identity) == (False, "off", "off")
        listed = (await list_consents(connection, session.id, ConsentQuery())).items
        assert [item.id for item in listed] == [second.id, first.id]
        await withdraw_session(connection, session.id)
        with pytest.raises(Conflict) as refused:
            await consent(connection, actor, session, "accept")
    assert refused.value.code == "session-withdrawn"


async def test_a_policy_that_is_widened_later_does_not_widen_a_consent(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await set_policy(connection, expressions="off", media_days=10)
        await consent(connection, candidate(session, organisation_id), session, "accept")
        await set_policy(connection, expressions="advisory", media_days=100, analysis_days=5)
        policy = await session_policy(connection, session)
    assert (policy.expressions, policy.media_days, policy.analysis_days, policy.identity) == ("off", 10, 5, "off")


async def test_a_required_identity_check_needs_its_own_consent_and_a_photo(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        actor = candidate(session, organisation_id)
        await set_policy(connection, region="CN", identity="required")
        codes = []
        for choice, biometrics in (("accept", False), ("accept", True)):
            await consent(connection, actor, session, choice, biometrics=biometrics)
            with pytest.raises(Conflict) as refused:
                await check_may_record(connection, session)
            codes.append(refused.value.code)
        await consent(connection, actor, session, "decline_ai")
        await check_may_record(connection, session)
    assert codes == ["consent-biometrics-missing", "photo-missing"]


async def test_an_enterprise_records_a_consent_on_behalf_and_says_where_it_is(
    database: Database, organisation_id: UUID, build: Any
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        key = Actor(organisation_id, "key", None, SCOPES)
        stored = await consent(connection, key, session, "accept", reference="form 17")
        assert (stored.given_by, stored.reference) == ("enterprise", "form 17")
        with pytest.raises(Invalid) as refused:
            await consent(connection, candidate(session, organisation_id), session, "accept", reference="x")
    assert refused.value.pointer == "/reference"


async def test_a_candidate_sees_their_own_consents_alone(database: Database, organisation_id: UUID, build: Any) -> None:
    async with database.transaction(organisation_id) as connection:
        session, other = await build.session(connection), await build.session(connection)
        for each in (session, other):
            await consent(connection, candidate(each, organisation_id), each, "accept")
    async with database.transaction(candidate(session, organisation_id)) as connection:
        rows = await (await connection.execute(b"SELECT session_id FROM consents")).fetchall()
    assert [row["session_id"] for row in rows] == [session.id]


@pytest.mark.parametrize(
    ("version", "biometrics", "identity", "compared"),
    [
        ("2026-2", True, "optional", True),
        ("2026-2", False, "optional", False),
        ("2026-2", True, "off", False),
        # A notice that said nothing of voices is no consent to comparing them.
        ("2026-1", True, "optional", False),
    ],
)
async def test_voices_are_compared_only_where_the_candidate_was_told_and_agreed(
    database: Database, organisation_id: UUID, build: Any, version: str, biometrics: bool, identity: str, compared: bool
) -> None:
    async with database.transaction(organisation_id) as connection:
        session = await build.session(connection)
        await set_policy(connection, notice_version=version, identity=identity)
        # Where nobody was asked, nobody agreed.
        assert not (await session_policy(connection, session)).voices
        await consent(connection, candidate(session, organisation_id), session, "accept", biometrics=biometrics)
        assert (await session_policy(connection, session)).voices is compared
        # A newer notice does not widen what was agreed to under an older one.
        await set_policy(connection, notice_version="2026-2")
        assert (await session_policy(connection, session)).voices is compared
        await consent(connection, candidate(session, organisation_id), session, "decline_ai", biometrics=True)
        assert not (await session_policy(connection, session)).voices


def test_the_newest_notice_tells_of_voices_and_the_oldest_does_not() -> None:
    policy = resolve(PolicySettings(identity="optional"))
    assert tells_of_voices(policy.notice_version) and not tells_of_voices("2026-1")
    for language, compared in (("en", "compared with each other"), ("zh", "相互比较")):
        older = policy.model_copy(update={"notice_version": "2026-1"})
        assert compared in notice_text(policy, language, "Acme", "Team lead")  # type: ignore[arg-type]
        assert compared not in notice_text(older, language, "Acme", "Team lead")  # type: ignore[arg-type]
