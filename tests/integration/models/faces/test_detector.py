from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from models.faces.detector import CenterFaceDetector, DetectorError

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def detector(models_dir: Path) -> CenterFaceDetector:
    return CenterFaceDetector(models_dir / "centerface" / "centerface.onnx")


def test_every_face_is_found_once_and_the_largest_is_first(
    detector: CenterFaceDetector, six_people: Picture, astronaut: Picture, man: Picture
) -> None:
    six, one, close = detector.detect([six_people, astronaut, man])
    assert (len(six), len(one), len(close)) == (6, 1, 1)
    areas = [(d.box[2] - d.box[0]) * (d.box[3] - d.box[1]) for d in six]
    assert areas == sorted(areas, reverse=True)
    assert one[0].box == pytest.approx([181, 58, 269, 177], abs=6)
    for found in [*six, *one, *close]:
        assert (found.points >= found.box[:2]).all() and (found.points <= found.box[2:]).all()
        left_eye, right_eye, nose, left_mouth, right_mouth = found.points
        assert left_eye[0] < right_eye[0] and left_mouth[0] < right_mouth[0]
        assert left_eye[1] < nose[1] < left_mouth[1]


def test_what_has_no_face_has_none(detector: CenterFaceDetector) -> None:
    scenes = [getattr(skimage.data, name)() for name in ("chelsea", "coffee", "rocket", "brick", "grass", "text")]
    pictures = [np.dstack([scene] * 3) if scene.ndim == 2 else scene for scene in scenes]
    assert detector.detect([*pictures, np.zeros((480, 640, 3), np.uint8)]) == [[]] * 7


@pytest.mark.parametrize("scale", [0.12, 0.4, 1.0, 2.5, 4.0])
def test_a_face_is_found_at_every_size_of_picture(
    detector: CenterFaceDetector, astronaut: Picture, scale: float
) -> None:
    picture = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    (found,) = detector.detect([picture])
    assert len(found) == 1
    assert found[0].box / scale == pytest.approx([181, 58, 269, 177], abs=16)


def test_a_small_face_in_a_large_picture(detector: CenterFaceDetector, astronaut: Picture) -> None:
    picture = np.full((1500, 2000, 3), 90, np.uint8)
    picture[700:812, 1200:1312] = cv2.resize(astronaut, (112, 112), interpolation=cv2.INTER_AREA)
    (found,) = detector.detect([picture])
    assert len(found) == 1
    assert found[0].box == pytest.approx([1240, 713, 1259, 739], abs=5)


def test_a_dark_noisy_frame(detector: CenterFaceDetector, astronaut: Picture) -> None:
    noise = np.random.default_rng(0).normal(0, 4, astronaut.shape)
    frame = (astronaut * 0.1 + noise).clip(0, 255).astype(np.uint8)
    assert len(detector.detect([frame])[0]) == 1


def test_odd_shapes_do_not_trip_it(detector: CenterFaceDetector) -> None:
    frames = [np.zeros((h, w, 3), np.uint8) for h, w in ((1, 1), (33, 700), (2000, 3))]
    assert detector.detect(frames) == [[], [], []]
    assert detector.detect([]) == []


def test_a_missing_or_corrupt_file_is_named(models_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match=r"gone\.onnx is missing"):
        CenterFaceDetector(tmp_path / "gone.onnx")
    whole = (models_dir / "centerface" / "centerface.onnx").read_bytes()
    for name, data in {"text.onnx": b"not a graph", "cut.onnx": whole[:100_000], "empty.onnx": b""}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DetectorError, match=name):
            CenterFaceDetector(tmp_path / name)
