"""How near a sentence that was heard is to the one that was to be read."""

import pytest

from models.speech.understood import agreement, judge_speech

pytestmark = pytest.mark.unit

ENGLISH, CHINESE = "I am ready, and the room is quiet.", "我在安静的房间里。"


@pytest.mark.parametrize(
    ("expected", "heard", "found"),
    [
        (ENGLISH, "i am ready and the room is quiet", 1.0),
        (ENGLISH, "I am ready, and the room is quite.", 7 / 8),
        (ENGLISH, "I am ready", 3 / 8),
        (ENGLISH, "Well, I am ready, and the room is quiet, um, so", 8 / 11),
        (ENGLISH, "", 0.0),
        (CHINESE, "我在安静的房间里", 1.0),
        (CHINESE, "我在安靜的房間裡。", 1.0),
        (CHINESE, "我在安静的方间里", 7 / 8),
        ("", "", 1.0),
    ],
)
def test_agreement(expected: str, heard: str, found: float) -> None:
    assert agreement(expected, heard) == pytest.approx(found)


def test_other_words_do_not_agree() -> None:
    assert agreement(ENGLISH, "nobody here has said anything of that kind to you") == 0


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        ("", "silent"),
        (" ... ", "silent"),
        ("thank you", "unclear"),
        ("I am ready to go home", "unclear"),
        ("I am ready the broom is quiet", "good"),
    ],
)
def test_verdicts(heard: str, verdict: str) -> None:
    assert judge_speech(ENGLISH, heard) == verdict
