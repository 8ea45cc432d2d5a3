"""Fixtures for every test."""

from pathlib import Path

import pytest

from models.settings import ModelSettings


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of fetched models: `make models` fills it."""
    return ModelSettings().models_dir
