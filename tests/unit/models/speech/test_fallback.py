"""The second engine answers where the first cannot, and every transcript says who wrote it."""

import threading
from collections.abc import Sequence

import pytest
from scripted_recognizer import ScriptedRecognizer, segments

from models.speech.contract import Segment
from models.speech.fallback import FallbackCounts, FallbackRecognizer, Reason
from models.speech.finite import NotFinite

pytestmark = pytest.mark.unit


def test_the_primary_answers_while_it_can() -> None:
    primary, secondary = ScriptedRecognizer("first"), ScriptedRecognizer("second")
    recognizer = FallbackRecognizer(primary, secondary, deadline_s=5)
    assert [transcript.recognizer for transcript in recognizer.transcribe(segments(2))] == ["first", "first"]
    assert recognizer.counts == FallbackCounts(primary=1)
    assert secondary.batches == []
    assert recognizer.name == "first or second"


def test_a_failure_is_answered_told_and_counted() -> None:
    def fail(batch: Sequence[Segment]) -> None:
        raise NotFinite("first", [0])

    told = list[tuple[Reason, Exception | None]]()
    recognizer = FallbackRecognizer(
        ScriptedRecognizer("first", before=fail),
        ScriptedRecognizer("second"),
        5,
        lambda reason, error: told.append((reason, error)),
    )
    assert [transcript.recognizer for transcript in recognizer.transcribe(segments(2))] == ["second", "second"]
    assert recognizer.counts == FallbackCounts(failed=1)
    [(reason, error)] = told
    assert reason == "failed" and isinstance(error, NotFinite)


def test_a_slow_primary_is_left_alone_until_it_is_free() -> None:
    free = threading.Event()
    primary = ScriptedRecognizer("first", before=lambda batch: bool(free.wait(10)) and None)
    told = list[Reason]()
    recognizer = FallbackRecognizer(
        primary, ScriptedRecognizer("second"), 0.05, lambda reason, error: told.append(reason)
    )
    answers = [recognizer.transcribe(segments(1))[0].recognizer for _ in range(3)]
    assert answers == ["second"] * 3
    assert told == ["late", "busy", "busy"]
    assert primary.batches == [1]  # nothing piles up behind the batch that hangs
    free.set()
    while recognizer.transcribe(segments(1))[0].recognizer == "second":  # its late batch ends in its own time
        pass
    assert recognizer.counts.primary == 1 and recognizer.counts.late == 1


def test_what_both_cannot_is_the_callers() -> None:
    def fail(batch: Sequence[Segment]) -> None:
        raise RuntimeError("broken")

    broken = ScriptedRecognizer("first", before=fail), ScriptedRecognizer("second", before=fail)
    with pytest.raises(RuntimeError, match="broken"):
        FallbackRecognizer(*broken, 5).transcribe(segments(1))


def test_a_secondary_without_the_languages_is_refused() -> None:
    english = ScriptedRecognizer("second", languages=("en",))
    with pytest.raises(ValueError, match="second cannot stand in for first: no zh"):
        FallbackRecognizer(ScriptedRecognizer("first"), english, 5)
