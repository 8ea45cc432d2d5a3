"""Fixtures for every test, and which tests may run at the same time."""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from models.settings import ModelSettings

# A Ray takes ports that another one may be about to take: the tests that start one run one after the other.
_WITH_RAY = ("tests/cluster/", "tests/integration/serving/")


class _Scheduling(LoadScopeScheduling):
    """A file's tests stay together, and those with a Ray all of them."""

    def _split_scope(self, nodeid: str) -> str:
        return "ray" if nodeid.startswith(_WITH_RAY) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    """For `make test JOBS=2`."""
    return _Scheduling(config, log)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of fetched models: `make models` fills it."""
    return ModelSettings().models_dir
