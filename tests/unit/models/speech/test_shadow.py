"""A second engine is heard beside the first: what it says is compared, and changes nothing."""

import threading
from collections.abc import Sequence

import pytest
from scripted_recognizer import ScriptedRecognizer, segments, spoken

from models.speech.contract import Segment
from models.speech.shadow import Agreement, ShadowRecognizer, comparable, compare

pytestmark = pytest.mark.unit


def test_a_sample_is_compared() -> None:
    found = list[Agreement]()
    second = ScriptedRecognizer("second", "hello there")
    recognizer = ShadowRecognizer(ScriptedRecognizer("first", "Hello, where"), second, 0.25, found.append)
    for _ in range(200):
        transcripts = recognizer.transcribe(segments(2))
        assert [transcript.recognizer for transcript in transcripts] == ["first", "first"]
    recognizer.close()
    assert (recognizer.name, second.threads) == ("first", {"shadow-recognizer_0"})
    assert 60 < len(found) + recognizer.skipped < 140  # 100 of 400 on average, deviation 9
    assert set(found) == {Agreement("en", "first", "second", edits=1, units=2)}
    assert found[0].rate == 0.5


@pytest.mark.parametrize(("share", "heard"), [(0.0, 0), (1.0, 3)])
def test_none_or_all(share: float, heard: int) -> None:
    found = list[Agreement]()
    recognizer = ShadowRecognizer(ScriptedRecognizer("first"), ScriptedRecognizer("second"), share, found.append)
    recognizer.transcribe(segments(3))
    recognizer.close()
    assert len(found) == heard


def test_the_answer_does_not_wait_for_a_second_engine_that_hangs() -> None:
    free = threading.Event()
    second = ScriptedRecognizer("second", before=lambda batch: bool(free.wait(10)) and None)
    found = list[Agreement]()
    recognizer = ShadowRecognizer(ScriptedRecognizer("first"), second, 1.0, found.append)
    for _ in range(3):
        assert recognizer.transcribe(segments(2))[0].text == "hello"
    assert recognizer.skipped == 4
    free.set()
    recognizer.close()
    assert len(found) == 2


def test_a_second_engine_that_fails_is_told() -> None:
    def fail(batch: Sequence[Segment]) -> None:
        raise RuntimeError("broken")

    errors = list[Exception]()
    second = ScriptedRecognizer("second", before=fail)
    recognizer = ShadowRecognizer(ScriptedRecognizer("first"), second, 1.0, lambda agreement: None, errors.append)
    assert recognizer.transcribe(segments(1))[0].text == "hello"
    recognizer.close()
    assert [str(error) for error in errors] == ["broken"]


def test_it_is_asked_only_for_its_languages() -> None:
    second = ScriptedRecognizer("second", languages=("en",))
    recognizer = ShadowRecognizer(ScriptedRecognizer("first"), second, 1.0, lambda agreement: None)
    recognizer.transcribe([*segments(2, "zh"), *segments(1, "en")])
    recognizer.close()
    assert second.batches == [1]


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_is_between_0_and_1(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ShadowRecognizer(ScriptedRecognizer("first"), ScriptedRecognizer("second"), share, lambda agreement: None)


def test_chinese_is_compared_by_character() -> None:
    agreement = compare(spoken("我们的团队，很好。", "a", "zh"), spoken("我的团队很好", "b", "zh"))
    assert (agreement.edits, agreement.units) == (1, 7)
    assert comparable("用Kubernetes部署，Don't！") == ["用", "kubernetes", "部", "署", "dont"]


def test_words_over_nothing_are_edits() -> None:
    assert compare(spoken("", "a"), spoken("thank you", "b")).rate == 2.0
    assert compare(spoken("", "a"), spoken("", "b")).rate == 0.0
