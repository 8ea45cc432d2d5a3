"""The default engine, loaded once, and pictures that come with installed packages."""

from pathlib import Path

import insightface
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from models.faces.default import DefaultFaceEngine
from models.faces.picture import read_picture

Picture = NDArray[np.uint8]


@pytest.fixture(scope="session")
def engine(models_dir: Path) -> DefaultFaceEngine:
    return DefaultFaceEngine(models_dir / "centerface", models_dir / "face-api")


@pytest.fixture(scope="session")
def astronaut() -> Picture:
    """One smiling face, 512x512."""
    return np.asarray(skimage.data.astronaut(), np.uint8)


@pytest.fixture(scope="session")
def six_people() -> Picture:
    """Six faces, 1280x886; the second largest is turned far to the picture's left."""
    return read_picture(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg")


@pytest.fixture(scope="session")
def man() -> Picture:
    """One face that fills the picture, 112x112."""
    return read_picture(Path(insightface.__file__).parent / "data" / "images" / "Tom_Hanks_54745.png")
