"""What comes next for a candidate."""

from datetime import datetime

from storage.interviews.records import Interview
from storage.sessions.records import OPEN_STATES, Session
from storage.sittings.records import SittingConsent, SittingIdentity, Stage


def next_stage(
    session: Session, interview: Interview, consent: SittingConsent | None, identity: SittingIdentity, now: datetime
) -> Stage:
    """The stage of a session at that moment. Past the window, what was begun may still be ended."""
    if session.state in ("expired", "withdrawn"):
        return session.state
    if session.state not in OPEN_STATES:
        return "done"
    if interview.state == "closed" or now >= interview.closes_at:
        return "answering" if session.state == "answering" else "closed"
    if now < interview.opens_at:
        return "early"
    if consent is None:
        return "notice"
    if session.state in ("ready", "answering"):
        return "answering"
    if needs_identity(identity):
        return "identity"
    return "devices"


def needs_identity(identity: SittingIdentity) -> bool:
    """Whether something that the interview requires is still to be shown."""
    return (identity.code == "required" and not identity.verified) or (
        identity.face == "required" and identity.face_verdict is None
    )
