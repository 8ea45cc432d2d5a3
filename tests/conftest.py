"""Fixtures for every test."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of fetched models."""
    return Path(os.environ["PARLEY_MODELS_DIR"])
