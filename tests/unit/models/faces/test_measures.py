from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.faces import measures
from models.faces.contract import Face

pytestmark = pytest.mark.unit
MakeFace = Callable[..., Face]


def test_lengths_are_in_eye_distances_whatever_the_size_place_and_tilt(make_face: MakeFace) -> None:
    landmarks = make_face(mouth=0.9, brows=0.3, eyes=0.25).landmarks
    assert landmarks is not None
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    for shape in (landmarks, (landmarks @ turn.T * 3 - 50).astype(np.float32)):
        assert measures.mouth_width(shape) == pytest.approx(0.9, abs=0.01)
        assert measures.brow_height(shape) == pytest.approx(0.3, abs=0.01)
        assert measures.eye_aspect(shape) == pytest.approx(0.25, abs=0.01)


def test_smile_score_rises_with_the_mouth_and_with_happy(make_face: MakeFace) -> None:
    neutral, wide = measures.smile_score(make_face()), measures.smile_score(make_face(mouth=0.9))
    both = measures.smile_score(make_face(mouth=0.9, happy=0.95))
    assert neutral is not None and wide is not None and both is not None
    assert neutral < 0.1 < wide < both
    assert both > 0.9


def test_smile_score_uses_what_the_engine_gives(make_face: MakeFace) -> None:
    face = make_face(mouth=0.95, happy=0.2)
    assert measures.smile_score(replace(face, landmarks=None)) == pytest.approx(0.2)
    alone = measures.smile_score(replace(face, expressions=None))
    assert alone is not None and alone > 0.9
    assert measures.smile_score(replace(face, landmarks=None, expressions=None)) is None


def test_frown_is_measured_against_the_persons_own_brows(make_face: MakeFace) -> None:
    low = make_face(brows=0.28)
    against_people, against_self = measures.frown_score(low), measures.frown_score(low, baseline=0.28)
    assert against_people is not None and against_people > 0.8
    assert against_self is not None and against_self < 0.2
    assert measures.frown_score(make_face(angry=0.9)) == pytest.approx(0.9)
    assert measures.frown_score(replace(low, landmarks=None)) is None


def test_gaze_adds_the_eyes_to_the_head(make_face: MakeFace) -> None:
    ahead = measures.gaze_direction(make_face(pose=(20, 5, 0), gaze=-0.137))
    assert ahead == pytest.approx((0, 5), abs=0.1)
    assert measures.gaze_direction(make_face(pose=(20, 5, 0), gaze=None)) == (20, 5)
    assert measures.gaze_direction(replace(make_face(), pose=None)) is None
