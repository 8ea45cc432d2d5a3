"""Each verdict at its border, from boxes and plain colours."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.faces.contract import Face
from models.faces.framing import ABOVE, ASIDE, TOO_BRIGHT, TOO_CLOSE, TOO_DARK, TOO_FAR, judge_framing

pytestmark = pytest.mark.unit

WIDTH, HEIGHT = 640, 480


def grey(level: float = 0.4) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), round(level * 255), np.uint8)


def face(side: float = 0.4, across: float = 0.5, down: float = 0.45, wide: float = 0.75) -> Face:
    """A face whose box is `side` of the height high, its middle `across` and `down` the frame."""
    half_height, half_width = side * HEIGHT / 2, side * HEIGHT / 2 * wide
    x, y = across * WIDTH, down * HEIGHT
    box = np.array([x - half_width, y - half_height, x + half_width, y + half_height], np.float32)
    return Face(box=box, score=0.9, points=np.zeros((5, 2), np.float32))


def test_one_lit_face_in_the_middle_is_good() -> None:
    found = judge_framing(grey(0.4), [face()])
    assert (found.faces, found.verdict) == (1, "good")
    assert found.brightness == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize("level", [0.2, 0.26, 0.62])
def test_no_skin_alone_is_too_dark_or_too_bright(level: float) -> None:
    assert judge_framing(grey(level), [face()]).verdict == "good"


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (face(across=0.5 + ASIDE - 0.01), "good"),
        (face(across=0.5 + ASIDE + 0.01), "not_centred"),
        (face(across=0.5 - ASIDE - 0.01), "not_centred"),
        (face(down=0.5 - ABOVE + 0.01), "good"),
        (face(down=0.5 - ABOVE - 0.01), "not_centred"),
        (face(down=0.5 + ABOVE + 0.01), "not_centred"),
        (face(side=TOO_FAR + 0.01), "good"),
        (face(side=TOO_FAR - 0.01), "too_far"),
        (face(side=TOO_CLOSE - 0.01, down=0.5), "good"),
        (face(side=TOO_CLOSE + 0.01, down=0.5), "too_close"),
        (face(side=TOO_CLOSE - 0.01, down=0.5, wide=1.5), "too_close"),
    ],
)
def test_a_face_has_its_place(seen: Face, verdict: str) -> None:
    assert judge_framing(grey(), [seen]).verdict == verdict


def test_a_phone_held_upright_is_judged_by_its_shorter_side() -> None:
    upright = np.full((WIDTH, HEIGHT, 3), 100, np.uint8)
    box = np.array([190, 200, 290, 300], np.float32)  # 100 of 480
    assert judge_framing(upright, [Face(box, 0.9, np.zeros((5, 2), np.float32))]).verdict == "good"


@pytest.mark.parametrize(
    ("level", "verdict"),
    [
        (TOO_DARK - 0.02, "too_dark"),
        (TOO_DARK + 0.02, "good"),
        (TOO_BRIGHT - 0.02, "good"),
        (TOO_BRIGHT + 0.02, "too_bright"),
    ],
)
def test_it_is_the_faces_light_that_counts(level: float, verdict: str) -> None:
    seen = face()
    picture = grey(0.5)
    x0, y0, x1, y1 = seen.box.astype(int)
    picture[y0:y1, x0:x1] = round(level * 255)
    assert judge_framing(picture, [seen]).verdict == verdict


def test_without_a_face_the_light_is_told_first() -> None:
    assert judge_framing(grey(0.4), []).verdict == "no_face"
    assert judge_framing(grey(0.02), []).verdict == "too_dark"
    assert judge_framing(grey(1.0), []).verdict == "too_bright"


def test_several_faces_come_before_all_else() -> None:
    found = judge_framing(grey(0.02), [face(), face(side=0.1, across=0.1)])
    assert (found.faces, found.verdict) == (2, "several_faces")


def test_a_box_beyond_the_edge_is_no_error() -> None:
    outside = Face(np.array([-90, -90, -10, -10], np.float32), 0.9, np.zeros((5, 2), np.float32))
    found = judge_framing(grey(0.4), [outside])
    assert (found.verdict, found.brightness) == ("not_centred", pytest.approx(0.4, abs=0.01))
