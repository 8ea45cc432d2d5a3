"""A Triton server on this machine, with the face models and the text encoder in its repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.faces.exported import exported_graphs
from models.graphs.repository import Exported, write_repository
from models.graphs.triton_connection import TritonConnection
from models.language.embedding import FILE
from models.language.exported import exported_encoder
from ops.triton.install import Installed, install
from ops.triton.server import TritonServer


@pytest.fixture(scope="session")
def triton_program() -> Installed:
    """Installed at the first run on a machine, which takes a minute."""
    return install()


@pytest.fixture(scope="session")
def face_exports(models_dir: Path) -> list[Exported]:
    return exported_graphs(models_dir / "centerface", models_dir / "face-api")


@pytest.fixture(scope="session")
def encoder_export(models_dir: Path) -> Exported:
    return exported_encoder(models_dir / "e5-small" / FILE)


@pytest.fixture(scope="session")
def triton(
    triton_program: Installed,
    face_exports: list[Exported],
    encoder_export: Exported,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TritonServer]:
    folder = tmp_path_factory.mktemp("triton")
    write_repository(folder / "models", [*face_exports, encoder_export], "python")
    with TritonServer(triton_program, folder / "models", folder / "server.log") as server:
        yield server


@pytest.fixture
def connection(triton: TritonServer) -> Iterator[TritonConnection]:
    with TritonConnection(triton.url) as connection:
        yield connection
