"""What engines tell their autoscaler."""

import time

import pytest

from serving.load_meter import LoadMeter

pytestmark = pytest.mark.unit


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that says its one element."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_a_reading_tells_the_longest_wait_and_the_share_of_work_since_the_last(clock: list[float]) -> None:
    meter = LoadMeter()
    clock[0] = 103.0
    meter.started(oldest=101.0)
    clock[0] = 106.0
    meter.ended()
    clock[0] = 110.0
    assert meter.read(None) == {"wait_s": 2.0, "busy": 0.3}
    assert meter.read(None)["wait_s"] == 0.0


def test_what_waits_still_and_what_is_worked_on_still_count(clock: list[float]) -> None:
    meter = LoadMeter()
    meter.started(oldest=100.0)
    clock[0] = 104.0
    assert meter.read(oldest=101.0) == {"wait_s": 3.0, "busy": 1.0}
    clock[0] = 105.0
    meter.ended()
    clock[0] = 108.0
    # Of the batch, only what came after the last reading.
    assert meter.read(None) == {"wait_s": 0.0, "busy": 0.25}
