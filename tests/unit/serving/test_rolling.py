import pytest

from serving.rolling import Rolling

pytestmark = pytest.mark.unit


class Shelf:
    """What there is to load."""

    def __init__(self) -> None:
        self.version = "1"
        self.broken = False
        self.loads = 0

    def load(self) -> str:
        self.loads += 1
        if self.broken:
            raise OSError("cut short")
        return f"engine {self.version}"


def test_the_next_version_takes_over() -> None:
    shelf = Shelf()
    rolling = Rolling(shelf.load, lambda: shelf.version)
    rolling.look()
    assert (rolling.current, shelf.loads) == ("engine 1", 1)
    shelf.version = "2"
    rolling.look()
    rolling.look()
    assert (rolling.current, shelf.loads) == ("engine 2", 2)


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_serving_and_is_tried_once() -> None:
    shelf = Shelf()
    rolling = Rolling(shelf.load, lambda: shelf.version)
    shelf.version, shelf.broken = "2", True
    rolling.look()
    rolling.look()
    assert (rolling.current, shelf.loads) == ("engine 1", 2)
    shelf.version, shelf.broken = "3", False
    rolling.look()
    assert rolling.current == "engine 3"


def test_while_nobody_tells_which_version_is_next_the_old_one_serves() -> None:
    shelf = Shelf()
    away = False

    def version() -> str:
        if away:
            raise OSError("away")
        return shelf.version

    rolling = Rolling(shelf.load, version)
    shelf.version, away = "2", True
    rolling.look()
    assert rolling.current == "engine 1"
    away = False
    rolling.look()
    assert rolling.current == "engine 2"
