from datetime import UTC, datetime
from typing import Any

import pytest

from models.observation import Observation
from models.report.document import Flag
from models.speech.transcript import Transcript, Word
from serving.told import Told
from storage.events.records import Event, EventKind

pytestmark = pytest.mark.unit


def heard(*words: tuple[str, float, float]) -> Transcript:
    spoken = tuple(Word(text=text, start=start, end=end, confidence=1.0) for text, start, end in words)
    return Transcript(language="en", words=spoken, confidence=1.0, recognizer="test")


def event(kind: EventKind, take: str = "this", **data: Any) -> Event:
    return Event(id=1, kind=kind, data={"take_id": take, **data}, created_at=datetime.now(UTC))


def flag(code: str, follow_up: str = "?") -> Flag:
    return Flag.model_validate({"code": code, "why": "", "follow_up": follow_up, "answer": 1, "start": 0, "end": 1})


def test_words_are_told_until_they_are_final() -> None:
    told, said = Told("this"), heard(("one", 0, 1), ("two", 1, 2))
    assert told.new_words(said, is_final=False) == said.words
    assert told.new_words(said, is_final=True) == said.words
    assert told.new_words(said, is_final=True) == ()
    assert told.new_words(heard(("two", 1, 2), ("three", 2, 3)), is_final=False)[0].text == "three"


def test_an_observation_that_moved_a_little_is_the_same() -> None:
    told = Told("this")
    pauses = [Observation(kind="pause", start=start, end=9.0) for start in (1.0, 1.9, 2.1)]
    assert list(told.new_observations(pauses)) == [pauses[0], pauses[2]]
    assert list(told.new_observations(pauses)) == []


@pytest.mark.parametrize(("kind", "label"), [("talk_ratio", None), ("speech_rate", "overall"), ("blink", None)])
def test_what_changes_with_every_word_is_not_told(kind: str, label: str | None) -> None:
    seen = Observation.model_validate({"kind": kind, "label": label, "start": 0, "end": 1})
    assert list(Told("this").new_observations([seen])) == []


def test_flags_are_raised_once_and_each_missing_keyword_by_itself() -> None:
    told = Told("this")
    assert [told.is_new_flag(flag("pace_rises")) for _ in range(2)] == [True, False]
    assert [told.is_new_flag(flag("keyword_missing", keyword)) for keyword in ("a", "b", "a")] == [True, True, False]


def test_whoever_takes_over_tells_nothing_again() -> None:
    told, pause = Told("this"), Observation(kind="pause", start=1.0, end=2.0)
    told.recall(
        [
            event("transcript", words=[{"end": 2.0}], is_final=True),
            event("transcript", words=[{"end": 5.0}], is_final=False),
            event("observation", observation=pause.model_dump()),
            event("flag", flag=flag("no_face").model_dump()),
            event("delay", reason="transcript-waits"),
            event("delay", take="other", reason="pictures-left-out"),
        ]
    )
    assert [word.text for word in told.new_words(heard(("two", 1, 2), ("three", 2, 3)), is_final=True)] == ["three"]
    assert list(told.new_observations([pause])) == []
    assert not told.is_new_flag(flag("no_face"))
    assert not told.is_new_delay("transcript-waits")
    assert told.is_new_delay("pictures-left-out")
