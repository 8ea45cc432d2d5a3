import pytest

from models.faces.spans import period, spans

pytestmark = pytest.mark.unit
TIMES = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


def bounds(shown: str, minimum: float, times: list[float] = TIMES) -> list[tuple[float, float]]:
    return [(span.start, span.end) for span in spans(times, [mark == "x" for mark in shown], minimum)]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("xxxxxxx", [(0.0, 3.5)]),
        (".......", []),
        ("..x....", []),
        ("..xx...", [(1.0, 2.0)]),
        ("xx.xx..", [(0.0, 2.5)]),
        ("xx..xx.", [(0.0, 1.0), (2.0, 3.0)]),
    ],
)
def test_spans_join_over_one_frame_and_drop_the_short(shown: str, expected: list[tuple[float, float]]) -> None:
    assert bounds(shown, 1.0) == expected


def test_a_hole_in_time_ends_a_span() -> None:
    assert bounds("xxxx", 1.0, [0.0, 0.5, 10.0, 10.5]) == [(0.0, 1.0), (10.0, 11.0)]


def test_jitter_of_sampled_times_does_not_drop_a_span() -> None:
    assert len(bounds("xx", 1.0, [0.0, 0.48])) == 1


def test_period_is_the_median_step() -> None:
    assert period([0.0, 0.25, 0.5, 5.0]) == 0.25
    assert period([3.0]) == period([]) == 0.5
