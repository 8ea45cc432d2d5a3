"""The home's lock, secrets and small files."""

from pathlib import Path

import pytest

from ops.embedded.errors import EmbeddedError
from ops.embedded.home import Home

pytestmark = pytest.mark.unit


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = Home(tmp_path), Home(tmp_path)
    first.acquire()
    with pytest.raises(EmbeddedError, match="already runs"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_secrets_are_made_once_and_hidden(tmp_path: Path) -> None:
    made = Home(tmp_path).secrets()
    assert Home(tmp_path).secrets() == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_database_without_its_secrets_is_not_given_new_ones(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.postgres / "data").mkdir(parents=True)
    with pytest.raises(EmbeddedError, match=r"secrets\.json is missing"):
        home.secrets()


def test_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    with pytest.raises(EmbeddedError, match=r"ports\.json is damaged"):
        Home(tmp_path).read("ports.json")


def test_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="cannot be made"):
        Home(tmp_path / "file" / "home")
