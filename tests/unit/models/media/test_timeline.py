"""Frames are placed by their time stamps, nonsense ones one behind the other."""

import pytest

from models.media.timeline import Timeline

pytestmark = pytest.mark.unit


def test_counts_from_the_start_of_the_container() -> None:
    timeline = Timeline(start=0.5)
    assert timeline.place(0.75, reached=0.0) == 0.25
    assert timeline.place(9.0, reached=0.27) == 8.5  # a paused recorder leaves a gap


def test_without_a_time_stamp_a_frame_follows_the_last() -> None:
    assert Timeline(start=0.0).place(None, reached=3.2) == 3.2


@pytest.mark.parametrize("jump", [0.0, 100_000.0])
def test_after_a_senseless_jump_time_goes_on_from_where_it_was(jump: float) -> None:
    timeline = Timeline(start=0.0)
    assert timeline.place(jump, reached=60.0) == 60.0
    assert timeline.place(jump + 0.5, reached=60.02) == pytest.approx(60.5)
