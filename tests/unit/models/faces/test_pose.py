import numpy as np
import pytest

from models.faces import pose

pytestmark = pytest.mark.unit


def project(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Five points of a face 2.5 m away on a long lens, turned by these degrees (signs as in Face)."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    space = pose._FIVE @ (about_y @ about_x @ about_z).T + (0, 0, 10)
    return (space[:, :2] / space[:, 2:] * 640 + (320, 240)).astype(np.float32)


@pytest.mark.parametrize(
    "angles", [(0, 0, 0), (30, 0, 0), (-45, 0, 0), (0, 20, 0), (0, -25, 0), (0, 0, 30), (20, -15, 0)]
)
def test_pose_of_a_projected_face_is_found(angles: tuple[int, int, int]) -> None:
    found = pose.head_pose(project(*angles), (480, 640, 3))
    assert found == pytest.approx(angles, abs=4)


def test_a_mirrored_picture_mirrors_yaw_and_roll() -> None:
    points = project(25, 10, 12)
    mirrored = (points * (-1, 1) + (640, 0)).astype(np.float32)[[1, 0, 2, 4, 3]]
    there, back = pose.head_pose(points, (480, 640)), pose.head_pose(mirrored, (480, 640))
    assert back == pytest.approx(there * (-1, 1, -1), abs=0.5)


def test_size_and_place_do_not_matter() -> None:
    points = project(25, 10, 12)
    moved = (points * 0.5 + (100, -60)).astype(np.float32)
    assert pose.head_pose(moved, (480, 640)) == pytest.approx(pose.head_pose(points, (480, 640)), abs=4)
