"""Fixtures for every test, and which tests may run at the same time."""

from pathlib import Path

import pytest

from models.settings import ModelSettings

_TESTS = Path(__file__).parent
# A Ray takes ports that another one may be about to take: what starts one runs one after the other.
_WITH_RAY = (_TESTS / "cluster", _TESTS / "integration" / "serving")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `pytest -n 2`: a file's tests stay together, and those with a Ray all of them."""
    for item in items:
        has_ray = any(item.path.is_relative_to(folder) for folder in _WITH_RAY)
        item.add_marker(pytest.mark.xdist_group("ray" if has_ray else str(item.path.relative_to(_TESTS))))


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of fetched models: `make models` fills it."""
    return ModelSettings().models_dir
