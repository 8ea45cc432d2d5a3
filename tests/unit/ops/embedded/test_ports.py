"""Which ports a home gets."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.embedded import ports
from ops.embedded.errors import EmbeddedError
from ops.embedded.home import Home

pytestmark = pytest.mark.unit


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_chosen_ports_are_free_different_and_remembered(home: Home) -> None:
    told: list[str] = []
    chosen = ports.assign(home, ("a", "b"), {}, told.append)
    assert len(set(chosen.values())) == 2
    assert all(ports.is_free(port) for port in chosen.values())
    assert ports.assign(home, ("a", "b"), {}, told.append) == chosen
    assert told == []


def test_explicit_port_wins_and_is_not_remembered(home: Home) -> None:
    chosen = ports.assign(home, ("a",), {}, print)
    with socket.create_server(("127.0.0.1", 0)) as server:
        wanted = server.getsockname()[1]
    assert ports.assign(home, ("a",), {"a": wanted}, print) == {"a": wanted}
    assert ports.assign(home, ("a",), {}, print) == chosen


def test_taken_explicit_port_is_an_error_that_names_the_program(home: Home, taken: int) -> None:
    with pytest.raises(EmbeddedError, match=f"Port {taken}, set for a, is taken by .*process"):
        ports.assign(home, ("a",), {"a": taken}, print)


def test_taken_remembered_port_is_replaced_with_a_word_about_it(home: Home, taken: int) -> None:
    home.write("ports.json", {"a": taken})
    told: list[str] = []
    chosen = ports.assign(home, ("a",), {}, told.append)
    assert chosen["a"] != taken
    assert f"Port {taken} for a is taken" in told[0]
    assert ports.assign(home, ("a",), {}, told.append) == chosen
