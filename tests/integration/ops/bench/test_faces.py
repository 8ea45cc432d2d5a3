from pathlib import Path

import numpy as np
import pytest

from loadtests.recording import candidate_picture
from models.faces.default import DefaultFaceEngine
from ops.bench.face_loop import FaceLoop
from ops.bench.faces import bench_faces

pytestmark = pytest.mark.integration


def test_a_tiny_run(models_dir: Path) -> None:
    result = bench_faces(models_dir / "centerface", models_dir / "face-api", candidates=2, seconds=2, rounds=1)
    assert (result.candidates, result.frames) == (2, 8)
    assert result.ratio_to_insightface_loop.median == pytest.approx(
        result.fps.median / result.loop_fps.median, rel=0.01
    )
    assert result.tracked_ratio.median == pytest.approx(result.fps.median / result.every_frame_fps.median, rel=0.01)
    # Per frame at least a quarter of a whole look (1.85 G) and less than one with everything else.
    assert 0.46 < result.gmacs_per_frame < 2.5
    assert result.ratio_to_floor == pytest.approx(result.fps.median / result.floor_fps, rel=0.02)


def test_the_loop_sees_what_the_engine_sees(models_dir: Path) -> None:
    frame = candidate_picture()
    (face,) = FaceLoop(models_dir / "centerface", models_dir / "face-api").get(frame)
    ((ours,),) = DefaultFaceEngine(models_dir / "centerface", models_dir / "face-api").analyse([frame])
    assert face.bbox == pytest.approx(ours.box)
    assert ours.embedding is not None and ours.expressions is not None
    assert np.linalg.norm(face.embedding - ours.embedding) < 1e-3
    assert face.expressions == pytest.approx(ours.expressions, abs=1e-4)
    assert face.landmarks.shape == (136,)
