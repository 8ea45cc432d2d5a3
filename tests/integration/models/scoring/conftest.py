from pathlib import Path

import pytest

from models.language.embedding import TextEmbedder


@pytest.fixture(scope="package")
def embedder(models_dir: Path) -> TextEmbedder:
    return TextEmbedder(models_dir / "e5-small")
