"""Show the notice, store what the candidate chooses, and tell what they have agreed to."""

import hashlib
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.access import Actor
from storage.candidates.transactions import get_photo
from storage.consents.notices import notice_text, tells_of_voices
from storage.consents.records import (
    Consent,
    ConsentQuery,
    NewConsent,
    Notice,
    NoticeLanguage,
    SessionPolicy,
)
from storage.database import Connection, fetch_one
from storage.errors import Conflict, Invalid
from storage.interviews.transactions import get_interview
from storage.paging import Page, fetch_page
from storage.policies.records import EffectivePolicy, Expressions
from storage.policies.transactions import effective_policy
from storage.sessions.records import Session
from storage.sessions.transactions import check_open, get_session, lock_session
from storage.sql import load_queries

_QUERIES = load_queries(__file__)
_LESS_TO_MORE: tuple[Expressions, ...] = ("off", "advisory", "scored")


async def get_notice(connection: Connection, session_id: UUID, language: NoticeLanguage | None = None) -> Notice:
    """What a session's candidate is told, in a language or the interview's; raises NotFound."""
    session = await get_session(connection, session_id)
    interview = await get_interview(connection, session.interview_id)
    policy = await effective_policy(connection, session.interview_id)
    organisation = await fetch_one(connection, _QUERIES["organisation"], {})
    assert organisation is not None  # the one that acts
    language = language or interview.language
    text = notice_text(policy, language, organisation["name"], interview.title)
    return Notice(
        session_id=session_id,
        region=policy.region,
        notice_version=policy.notice_version,
        language=language,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        is_required=policy.consent == "required",
        biometrics_asked=policy.identity != "off",
    )


async def give_consent(connection: Connection, actor: Actor, session_id: UUID, new: NewConsent) -> Consent:
    """Store what a candidate chooses, by themselves or through the enterprise.

    Raises NotFound, Invalid where a candidate names a reference, or Conflict where the session is over or the notice
    is not the one that would be shown now.
    """
    session = await lock_session(connection, session_id)
    check_open(session, "consent cannot change any more")
    if actor.kind == "candidate" and new.reference is not None:
        raise Invalid("reference-unwanted", "Only an enterprise names where it keeps a consent.", "/reference")
    notice = await get_notice(connection, session_id, new.language)
    if notice.sha256 != new.notice_sha256:
        raise Conflict("notice-changed", "This is not the notice that holds now: read it again, then consent.")
    values = {
        "session_id": session_id,
        "region": notice.region,
        "notice_version": notice.notice_version,
        "terms": Jsonb((await effective_policy(connection, session.interview_id)).model_dump()),
        "given_by": "candidate" if actor.kind == "candidate" else "enterprise",
        **new.model_dump(),
    }
    return Consent.model_validate(await fetch_one(connection, _QUERIES["insert_consent"], values))


async def list_consents(connection: Connection, session_id: UUID, query: ConsentQuery) -> Page[Consent]:
    """A session's consents, the newest first; raises NotFound."""
    await get_session(connection, session_id)
    return await fetch_page(connection, _QUERIES["consents"], {"session_id": session_id}, Consent, query, "-created_at")


async def session_policy(connection: Connection, session: Session) -> SessionPolicy:
    """What holds for a session: a policy that is widened after a consent does not widen the consent."""
    policy = await effective_policy(connection, session.interview_id)
    consent = await _newest(connection, session.id)
    if consent is None:
        return SessionPolicy(ai_analysis=True, **policy.model_dump())
    agreed, accepts = consent.terms, consent.choice == "accept"
    days = {
        name: min(getattr(policy, name), getattr(agreed, name))
        for name in ("media_days", "biometric_days", "analysis_days", "decision_days")
    }
    narrowed = {
        "expressions": min(policy.expressions, agreed.expressions, key=_LESS_TO_MORE.index) if accepts else "off",
        "identity": policy.identity if accepts and consent.biometrics else "off",
    }
    # Unlike a face, which is compared with a photo that somebody gave for it, a voice needs a consent that was stored.
    voices = narrowed["identity"] != "off" and tells_of_voices(consent.notice_version)
    own = {"ai_analysis": accepts, "voices": voices}
    return SessionPolicy.model_validate(own | policy.model_dump() | days | narrowed)


async def consent_that_holds(connection: Connection, session_id: UUID, policy: EffectivePolicy) -> Consent | None:
    """A session's consent to the notice that holds by the policy, if it has one."""
    consent = await _newest(connection, session_id)
    return consent if consent is not None and _is_current(policy, consent) else None


async def check_may_record(connection: Connection, session: Session) -> None:
    """Raise Conflict where the policy wants something before anything is recorded: a consent, a one-time code from a
    candidate who records themselves, or a photo to compare with."""
    policy = await effective_policy(connection, session.interview_id)
    consent = await _newest(connection, session.id)
    if policy.consent == "required":
        _check_consent(policy, consent)
    if policy.one_time_code == "required" and await _is_unproven(connection, session.id):
        raise Conflict("identity-unverified", "Prove who you are with a one-time code first.")
    if policy.identity != "required" or (consent is not None and consent.choice == "decline_ai"):
        return
    if consent is not None and not consent.biometrics:
        raise Conflict(
            "consent-biometrics-missing", "This interview compares faces with a photo: agree to it, or decline the AI."
        )
    photo = await get_photo(connection, session.candidate_id)
    if (photo is None or not photo["stored"]) and not await _is_compared(connection, session.id):
        raise Conflict(
            "photo-missing", "This interview compares faces with a photo: upload the candidate's photo first."
        )


def _check_consent(policy: EffectivePolicy, consent: Consent | None) -> None:
    if consent is None:
        raise Conflict("consent-missing", "The candidate has not consented yet: show the notice and store the consent.")
    if not _is_current(policy, consent):
        raise Conflict("consent-outdated", "The notice has changed since the candidate consented: show it again.")


def _is_current(policy: EffectivePolicy, consent: Consent) -> bool:
    return (consent.region, consent.notice_version) == (policy.region, policy.notice_version)


async def _is_unproven(connection: Connection, session_id: UUID) -> bool:
    row = await fetch_one(connection, _QUERIES["unproven"], {"session_id": session_id})
    return row is not None and bool(row["is_unproven"])


async def _is_compared(connection: Connection, session_id: UUID) -> bool:
    """Whether the candidate's face was looked at already, beside an ID picture that is kept nowhere."""
    row = await fetch_one(connection, _QUERIES["compared"], {"session_id": session_id})
    return row is not None and bool(row["is_compared"])


async def _newest(connection: Connection, session_id: UUID) -> Consent | None:
    row = await fetch_one(connection, _QUERIES["newest_consent"], {"session_id": session_id})
    return None if row is None else Consent.model_validate(row)
