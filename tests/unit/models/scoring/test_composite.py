import pytest

from models.scoring.composite import compose_scores
from models.scoring.score import QuestionScore

pytestmark = pytest.mark.unit


def scored(dimension: str, score: float, margin: float = 10) -> QuestionScore:
    return QuestionScore(dimension=dimension, status="scored", score=score, low=score - margin, high=score + margin)


def unheard(dimension: str) -> QuestionScore:
    return QuestionScore(dimension=dimension, status="not_scored", score=None, low=0, high=100)


def test_dimensions_compose_by_weight() -> None:
    composite = compose_scores({"A": 75, "B": 25}, [scored("A", 80), scored("B", 40)])

    assert composite.score == 70.0
    assert [(part.dimension, part.weight, part.score) for part in composite.dimensions] == [
        ("A", 0.75, 80.0),
        ("B", 0.25, 40.0),
    ]


def test_independent_margins_add_in_squares() -> None:
    composite = compose_scores({"A": 100}, [scored("A", 50), scored("A", 50), scored("A", 50), scored("A", 50)])

    assert (composite.low, composite.high) == (45.0, 55.0)


def test_what_was_not_heard_leaves_the_mean_and_opens_the_interval() -> None:
    composite = compose_scores({"A": 50, "B": 50}, [scored("A", 60, 0), unheard("B")])

    assert (composite.score, composite.low, composite.high) == (60.0, 30.0, 80.0)
    assert composite.dimensions[1].score is None


def test_silence_counts_as_nothing() -> None:
    silent = QuestionScore(dimension="A", status="unanswered", score=0, low=0, high=100)
    composite = compose_scores({"A": 1}, [scored("A", 60, 0), silent])

    assert (composite.score, composite.low, composite.high) == (30.0, 30.0, 80.0)


def test_nothing_heard_at_all_gives_no_score() -> None:
    composite = compose_scores({"A": 1}, [unheard("A")])

    assert (composite.score, composite.low, composite.high) == (None, 0.0, 100.0)


def test_a_dimension_without_questions_is_open() -> None:
    composite = compose_scores({"A": 80, "B": 20}, [scored("A", 50, 0)])

    assert (composite.score, composite.low, composite.high) == (50.0, 40.0, 60.0)


def test_unusable_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="sum to more than 0"):
        compose_scores({}, [])
    with pytest.raises(ValueError, match="no weight for the dimension B"):
        compose_scores({"A": 1}, [scored("B", 50)])
