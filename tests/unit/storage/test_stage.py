"""What comes next for a candidate."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from storage.interviews.records import Interview
from storage.sessions.records import Session
from storage.sittings.records import SittingConsent, SittingIdentity
from storage.sittings.stage import next_stage

pytestmark = pytest.mark.unit

_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_CONSENT = SittingConsent(choice="accept", biometrics=True)


def _session(state: str) -> Session:
    return Session.model_construct(id=uuid4(), state=state)


def _interview(**changes: Any) -> Interview:
    hour = timedelta(hours=1)
    return Interview.model_construct(
        **{"state": "published", "opens_at": _NOW - hour, "closes_at": _NOW + hour} | changes
    )


def _identity(**changes: Any) -> SittingIdentity:
    nothing = {
        "code": "off", "verified": False, "addresses": [], "face": "off", "face_verdict": None, "photo_on_file": False
    }  # fmt: skip
    return SittingIdentity.model_validate(nothing | changes)


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        ("invited", "devices"),
        ("opened", "devices"),
        ("verified", "devices"),
        ("ready", "answering"),
        ("answering", "answering"),
        ("submitted", "done"),
        ("reported", "done"),
        ("attention", "done"),
        ("expired", "expired"),
        ("withdrawn", "withdrawn"),
    ],
)
def test_each_state_has_its_stage(state: str, stage: str) -> None:
    assert next_stage(_session(state), _interview(), _CONSENT, _identity(), _NOW) == stage


def test_before_the_window_nothing_begins() -> None:
    early = _interview(opens_at=_NOW + timedelta(seconds=1))
    assert next_stage(_session("invited"), early, None, _identity(), _NOW) == "early"


def test_after_the_window_only_what_was_begun_goes_on() -> None:
    over = _interview(closes_at=_NOW)
    assert next_stage(_session("ready"), over, _CONSENT, _identity(), _NOW) == "closed"
    assert next_stage(_session("answering"), over, _CONSENT, _identity(), _NOW) == "answering"
    assert next_stage(_session("submitted"), over, _CONSENT, _identity(), _NOW) == "done"


def test_a_closed_interview_takes_nobody() -> None:
    assert next_stage(_session("opened"), _interview(state="closed"), _CONSENT, _identity(), _NOW) == "closed"


def test_the_notice_comes_first_and_again_when_it_has_changed() -> None:
    assert next_stage(_session("opened"), _interview(), None, _identity(code="required"), _NOW) == "notice"
    assert next_stage(_session("answering"), _interview(), None, _identity(), _NOW) == "notice"


@pytest.mark.parametrize(
    ("identity", "stage"),
    [
        ({"code": "required"}, "identity"),
        ({"code": "required", "verified": True}, "devices"),
        ({"face": "required"}, "identity"),
        ({"face": "required", "face_verdict": "no_match"}, "devices"),
        ({"face": "optional"}, "devices"),
    ],
)
def test_identity_is_shown_where_it_is_required(identity: dict[str, Any], stage: str) -> None:
    assert next_stage(_session("opened"), _interview(), _CONSENT, _identity(**identity), _NOW) == stage
