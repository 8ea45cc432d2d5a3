import numpy as np
import pytest
from insightface.utils.face_align import arcface_dst

from models.faces.alignment import alignments, crop, to_frame

pytestmark = pytest.mark.unit


def test_points_land_on_the_template_moved_by_the_shift() -> None:
    points = (arcface_dst[:, ::-1] * (1, -1) * 2 + (50, 300)).astype(np.float32)  # turned left, doubled
    (place,) = alignments([points], 112, shift=-0.25)
    landed = points @ place[:, :2].T + place[:, 2]
    assert landed == pytest.approx(arcface_dst - (0, 28), abs=1e-2)
    assert to_frame(landed.astype(np.float32), place) == pytest.approx(points, abs=1e-2)


def test_no_faces_give_no_alignments() -> None:
    assert alignments([], 112).shape == (0, 2, 3)


def test_a_crop_over_the_edge_is_black_there() -> None:
    frame = np.full((60, 60, 3), 200, np.uint8)
    (place,) = alignments([arcface_dst - 40], 112)
    face = crop(frame, place, 112)
    assert face.shape == (112, 112, 3)
    assert (face[:30] == 0).all() and (face[45:95, 45:95] == 200).all()
