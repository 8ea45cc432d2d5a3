"""How many candidates will answer at once, from the windows of their interviews."""

from datetime import UTC, datetime, timedelta

import pytest

from serving.autoscaling.booking import expected_at_once
from storage.sessions.records import BookedWindow

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def window(opens_min: float, closes_min: float, candidates: int, minutes: int = 15) -> BookedWindow:
    """A window that opens and closes so many minutes from now."""
    return BookedWindow(
        opens_at=NOW + timedelta(minutes=opens_min),
        closes_at=NOW + timedelta(minutes=closes_min),
        minutes_per_candidate=minutes,
        candidates=candidates,
    )


@pytest.mark.parametrize(
    ("windows", "crowding", "expected"),
    [
        pytest.param([window(5, 155, 100)], 1, 10, id="opens soon: Little's law"),
        pytest.param([window(5, 155, 100)], 2, 20, id="crowded"),
        pytest.param([window(5, 20, 100)], 2, 100, id="all at once, and never more than are invited"),
        pytest.param([window(-600, 150, 100)], 1, 10, id="is open: by the time left"),
        pytest.param([window(-600, 10, 30)], 1, 30, id="about to close"),
        pytest.param([window(11, 60, 100)], 2, 0, id="later than machines need"),
        pytest.param([window(-60, 0, 100)], 2, 0, id="over"),
        pytest.param([window(0, 150, 100), window(5, 155, 50)], 1, 15, id="several interviews"),
        pytest.param([], 2, 0, id="nobody"),
    ],
)
def test_candidates_expected_at_once(windows: list[BookedWindow], crowding: float, expected: float) -> None:
    assert expected_at_once(windows, NOW, lead_s=600, crowding=crowding) == pytest.approx(expected)
