"""Two pictures compared: what each can show, and the distances between their faces."""

import numpy as np
import pytest

from models.faces.comparison import UNSURE_UP_TO, Comparison, compare_faces
from models.faces.contract import Face, IdentityRule

pytestmark = pytest.mark.unit

RULE = IdentityRule("euclidean", 0.5)


def face(at: float = 0.0, side: float = 200.0, yaw: float = 0.0, embeds: bool = True) -> Face:
    """A face whose embedding is that far from the one at 0."""
    box = np.array([0, 0, 0.8 * side, side], np.float32)
    embedding = np.array([at, 0], np.float32) if embeds else None
    pose = np.array([yaw, 0, 0], np.float32)
    return Face(box=box, score=1.0, points=np.zeros((5, 2), np.float32), pose=pose, embedding=embedding)


@pytest.mark.parametrize(
    ("distance", "found"),
    [
        (0.0, ("match", "same_person")),
        (0.5, ("match", "same_person")),
        (0.51, ("unsure", "too_close")),
        (0.599, ("unsure", "too_close")),
        (0.61, ("no_match", "another_person")),
    ],
)
def test_the_distance_decides_and_above_the_threshold_lies_a_band(distance: float, found: tuple[str, str]) -> None:
    compared = compare_faces([face()], [face(distance)], RULE)
    assert (compared.verdict, compared.reason) == found
    assert pytest.approx(0.6) == UNSURE_UP_TO * RULE.threshold


@pytest.mark.parametrize(
    ("live", "reference", "reason"),
    [
        ([], [face()], "no_face"),
        ([face(), face(side=60)], [face()], "several_faces"),
        ([face(side=63)], [face()], "face_unclear"),
        ([face(yaw=36)], [face()], "face_unclear"),
        ([face()], [], "reference_without_face"),
        ([face()], [face(), face(side=141)], "reference_with_several_faces"),
        ([face()], [face(side=63)], "reference_unclear"),
        ([face(embeds=False)], [face()], "no_embedding"),
    ],
)
def test_what_cannot_be_compared_is_unsure_and_says_why(live: list[Face], reference: list[Face], reason: str) -> None:
    compared = compare_faces(live, reference, RULE)
    assert (compared.verdict, compared.reason) == ("unsure", reason)


def test_a_documents_second_smaller_portrait_is_no_other_person() -> None:
    assert compare_faces([face()], [face(0.1), face(0.9, side=139)], RULE) == Comparison("match", "same_person")


def test_similarities_have_the_same_band() -> None:
    """insightface's: a similarity of 0.4 matches, one of 0.28 is the border of the band."""
    rule = IdentityRule("cosine", 0.6)
    verdicts = []
    for similarity in (0.41, 0.39, 0.29, 0.27):
        other = np.array([similarity, np.sqrt(1 - similarity**2)], np.float32)
        reference = face()
        reference = Face(box=reference.box, score=1.0, points=reference.points, embedding=other)
        verdicts.append(compare_faces([face(1.0)], [reference], rule).verdict)
    assert verdicts == ["match", "unsure", "unsure", "no_match"]
