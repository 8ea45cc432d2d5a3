"""A pack of real weights, against insightface's own `FaceAnalysis.get`."""

from pathlib import Path

import numpy as np
import pytest
from face_pack import build_pack
from insightface.app import FaceAnalysis
from numpy.typing import NDArray

from models.faces.pack import PackError, PackFaceEngine
from models.graphs.errors import NoAccelerator

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module", params=["batched detector", "detector of one picture"])
def pack(request: pytest.FixtureRequest, models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_pack(
        tmp_path_factory.mktemp("packs") / "ours", models_dir, batched=request.param.startswith("batched")
    )


# insightface's own alignment calls scikit-image by an older name.
@pytest.mark.filterwarnings("ignore:`estimate` is deprecated:FutureWarning")
def test_results_are_those_of_insightface(pack: Path, astronaut: Picture, six_people: Picture, man: Picture) -> None:
    frames = [astronaut, six_people, np.zeros((120, 160, 3), np.uint8), man, astronaut, six_people[:, ::-1]]
    theirs = FaceAnalysis(str(pack), providers=["CPUExecutionProvider"])
    theirs.prepare(ctx_id=-1)
    ours = PackFaceEngine(pack).analyse(frames)
    assert [len(faces) for faces in ours] == [1, 6, 0, 1, 1, 6]
    for frame, faces in zip(frames, ours, strict=True):
        expected = theirs.get(np.ascontiguousarray(frame[..., ::-1]))
        expected.sort(key=lambda face: -float((face.bbox[2:] - face.bbox[:2]).prod()))
        for one, other in zip(faces, expected, strict=True):
            assert one.box == pytest.approx(other.bbox, abs=1e-2)
            assert one.score == pytest.approx(float(other.det_score), abs=1e-4)
            assert one.points == pytest.approx(other.kps, abs=1e-2)
            assert one.embedding == pytest.approx(other.normed_embedding, abs=1e-4)
            assert one.landmarks == pytest.approx(other.landmark_3d_68[:, :2], abs=1e-2)


def test_a_pack_without_a_detector_and_without_a_gpu_is_refused(pack: Path, models_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no face detector"):
        PackFaceEngine(build_pack(tmp_path / "faceless", models_dir, detector=False))
    with pytest.raises(NoAccelerator, match="CUDAExecutionProvider"):
        PackFaceEngine(pack, "cuda")
