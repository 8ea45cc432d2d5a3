import pytest

from models.report.advice import recommend
from models.report.document import Flag
from models.scoring.composite import CompositeScore

pytestmark = pytest.mark.unit


def composite(score: float | None, low: float, high: float) -> CompositeScore:
    return CompositeScore(score=score, low=low, high=high, dimensions=())


@pytest.mark.parametrize(
    ("score", "low", "high", "code"),
    [
        (80, 65, 95, "strong_yes"),
        (80, 50, 100, "yes"),
        (65, 50, 80, "yes"),
        (65, 30, 100, "unsure"),
        (50, 40, 60, "unsure"),
        (30, 20, 40, "no"),
        (30, 0, 80, "unsure"),
        (None, 0, 100, "unsure"),
    ],
)
def test_the_interval_must_support_the_advice(score: float | None, low: float, high: float, code: str) -> None:
    advice = recommend("en", composite(score, low, high), [])

    assert advice.code == code
    assert advice.advisory
    assert advice.words.endswith("This is advisory; a person decides.")


def test_evidence_in_doubt_makes_it_unsure() -> None:
    flag = Flag(code="identity_no_match", why="", follow_up="", answer=1, start=None, end=None)

    assert recommend("en", composite(90, 80, 100), [flag]).code == "unsure"


def test_a_frown_changes_nothing() -> None:
    flag = Flag(code="many_frowns", why="", follow_up="", answer=1, start=None, end=None)

    assert recommend("zh", composite(90, 80, 100), [flag]).code == "strong_yes"
    assert recommend("zh", composite(90, 80, 100), []).words.endswith("仅供参考，由人做出决定。")
