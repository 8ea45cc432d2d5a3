"""An engine is loaded when it is used, and let go when it is not."""

import threading
import time

import pytest

from serving.on_demand import OnDemand

pytestmark = pytest.mark.unit


class Engine:
    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def test_it_comes_with_the_first_use_and_stays_for_the_next() -> None:
    loaded: list[Engine] = []

    def load() -> Engine:
        loaded.append(Engine())
        return loaded[-1]

    engine = OnDemand(load, keep_s=60)
    assert not engine.is_loaded and not loaded
    with engine.use() as first:
        assert first is loaded[0]
    with engine.use() as second:
        assert second is first
    assert len(loaded) == 1


def test_it_goes_when_nobody_uses_it_and_comes_back() -> None:
    engine = OnDemand(Engine, keep_s=0.05)
    with engine.use() as first:
        time.sleep(0.1)  # a use that takes longer than an engine is kept
        assert not first.closed.is_set()
    assert first.closed.wait(5)
    with engine.use() as second:
        assert second is not first and not second.closed.is_set()


def test_it_goes_also_when_its_last_use_failed() -> None:
    engine = OnDemand(Engine, keep_s=0.05)
    with engine.use() as first:
        pass
    with pytest.raises(ValueError), engine.use():
        raise ValueError
    assert first.closed.wait(5)


def test_what_cannot_be_loaded_is_tried_again() -> None:
    attempts: list[int] = []

    def load() -> Engine:
        attempts.append(1)
        if len(attempts) == 1:
            raise FileNotFoundError
        return Engine()

    engine = OnDemand(load, keep_s=60)
    with pytest.raises(FileNotFoundError), engine.use():
        pass
    with engine.use():
        assert len(attempts) == 2
