"""Single pictures and takes of several candidates, in one batch: each gets what it would have got alone."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from models.faces.contract import Stretch, Track
from serving.face_analyst import FaceAnalyst, count_frames
from serving.fair_queue import Claim
from serving.settings import EngineProfile

pytestmark = pytest.mark.integration

PROFILE = EngineProfile(device="cpu", threads=1, max_batch_size=16, batch_wait_s=0.2, max_waiting=64, replica={})


async def test_pictures_and_takes_share_a_batch(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_MODELS_DIR", str(models_dir))
    analyst = FaceAnalyst(PROFILE)
    somebody = np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    nobody = np.zeros_like(somebody)

    stills, followed, others = await asyncio.gather(
        analyst.analyse([nobody, somebody], Claim()),
        analyst.follow(Stretch([somebody, somebody], Track())),
        analyst.analyse([nobody]),
    )

    assert [len(faces) for faces in stills] == [0, 1]
    assert [len(faces) for faces in followed.faces] == [1, 1]
    assert others == [[]]
    [alone] = (await analyst.analyse([somebody]))[0]
    assert stills[1][0].box == pytest.approx(alone.box, abs=1e-3)
    assert stills[1][0].embedding == pytest.approx(alone.embedding, abs=1e-4)


def test_a_batch_costs_its_frames() -> None:
    frame = np.zeros((4, 4, 3), np.uint8)
    assert count_frames([[frame, frame], Stretch([frame] * 3, Track())]) == 5
