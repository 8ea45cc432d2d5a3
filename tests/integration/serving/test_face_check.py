"""The live face compared with a document or photo, through the real face engine."""

import io
from pathlib import Path
from typing import Any, cast

import cv2
import insightface
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from models.faces.contract import Followed, IdentityRule, Stretch
from models.faces.picture import read_picture
from serving.analysts import Analysts
from serving.face_analyst import FaceAnalyst
from serving.face_check import check_face
from serving.settings import EngineProfile
from storage.errors import Unavailable

pytestmark = pytest.mark.integration

PROFILE = EngineProfile(device="cpu", threads=1, max_batch_size=16, batch_wait_s=0.0, max_waiting=64, replica={})
Picture = NDArray[np.uint8]


class Faces:
    """The faces' part of Analysts, without handles between; it keeps what was asked."""

    def __init__(self, analyst: FaceAnalyst) -> None:
        self._analyst = analyst
        self.asked: list[Stretch] = []
        self.versions = ["", ""]

    async def follow(self, stretch: Stretch) -> Followed:
        self.asked.append(stretch)
        return await self._analyst.follow(stretch)

    async def identity_rule(self) -> IdentityRule:
        return await self._analyst.identity_rule()

    async def names(self) -> dict[str, str]:
        return {"faces": await self._analyst.name() + self.versions.pop(0)}


@pytest.fixture
def faces(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Faces:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(models_dir))
    return Faces(FaceAnalyst(PROFILE))


def jpeg(picture: Picture, quality: int = 85) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def astronaut() -> Picture:
    return np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]


def document(portrait: Picture) -> Picture:
    """A card of 640 x 400 with the portrait in grey at its left, and once more, much smaller, at its right."""
    card = np.full((400, 640, 3), 225, np.uint8)
    grey = np.repeat(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    card[60:340, 30:310] = cv2.resize(grey, (280, 280), interpolation=cv2.INTER_AREA)
    card[250:370, 500:620] = cv2.resize(grey, (120, 120), interpolation=cv2.INTER_AREA)
    return card


async def test_a_document_matches_its_owner_and_nobody_else(faces: Faces) -> None:
    head = np.ascontiguousarray(astronaut()[20:280, 90:350])
    live = jpeg(astronaut()[:, ::-1].copy(), 60)  # mirrored, as cameras are, and badly compressed
    somebody = Path(insightface.__file__).parent / "data" / "images" / "Tom_Hanks_54745.png"
    found = await check_face(cast(Analysts, faces), live, jpeg(document(head), 70))
    assert (found.verdict, found.reason) == ("match", "same_person") and found.model.startswith("CenterFace")
    faces.versions = ["", ""]
    found = await check_face(cast(Analysts, faces), live, jpeg(read_picture(somebody)))
    assert (found.verdict, found.reason) == ("no_match", "another_person")
    # Faces that are compared are not read for expressions.
    assert len(faces.asked) == 4 and not any(stretch.track.expressions for stretch in faces.asked)


@pytest.mark.parametrize(
    ("live", "reference", "reason"),
    [
        (jpeg(np.zeros((240, 320, 3), np.uint8)), jpeg(astronaut()), "no_face"),
        (jpeg(np.hstack([astronaut(), astronaut()])), jpeg(astronaut()), "several_faces"),
        (jpeg(astronaut()), jpeg(np.zeros((240, 320, 3), np.uint8)), "reference_without_face"),
        (b"\xff\xd8\xff no picture", jpeg(astronaut()), "unreadable"),
        (jpeg(astronaut()), jpeg(astronaut())[:2000], "reference_unreadable"),
    ],
)
async def test_what_shows_no_one_face_is_unsure(faces: Faces, live: bytes, reference: bytes, reason: str) -> None:
    found = await check_face(cast(Analysts, faces), live, reference)
    assert (found.verdict, found.reason) == ("unsure", reason)


async def test_an_engine_that_is_replaced_meanwhile_tells_nothing(faces: Faces) -> None:
    faces.versions = ["", " 2"]
    with pytest.raises(Unavailable, match="next version"):
        await check_face(cast(Any, faces), jpeg(astronaut()), jpeg(astronaut()))
