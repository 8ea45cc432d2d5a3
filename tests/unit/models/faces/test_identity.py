from collections.abc import Callable

import numpy as np
import pytest

from models.faces.contract import Face, IdentityRule
from models.faces.identity import identity

pytestmark = pytest.mark.unit
MakeFace = Callable[..., Face]
PHOTO = np.array([1.0, 0.0], np.float32)


RULE = IdentityRule("euclidean", 0.5)


def judge(rows: list[list[Face]]) -> tuple[str | None, float | None, float]:
    found = identity(PHOTO, [(n / 2, faces) for n, faces in enumerate(rows)], RULE)
    assert (found.kind, found.start, found.end) == ("identity", 0.0, len(rows) / 2)
    return found.label, found.value, found.confidence


def test_the_same_person_matches_and_another_does_not(make_face: MakeFace) -> None:
    same, other = make_face(embedding=[0.9, 0.1]), make_face(embedding=[0.0, 1.0])
    label, share, confidence = judge([[same]] * 9 + [[other]])
    assert (label, share) == ("match", 0.9)
    assert confidence == pytest.approx(0.8 * 10 / 11)
    assert judge([[other]] * 10)[:2] == ("no_match", 0.0)


def test_a_change_of_person_is_unsure(make_face: MakeFace) -> None:
    same, other = make_face(embedding=[0.9, 0.1]), make_face(embedding=[0.0, 1.0])
    assert judge([[same]] * 5 + [[other]] * 5)[:2] == ("unsure", 0.5)


def test_few_or_unfit_frames_are_unsure(make_face: MakeFace) -> None:
    same = make_face(embedding=[1.0, 0.0])
    assert judge([[same]] * 2)[:2] == ("unsure", 1.0)
    tiny, turned = make_face(embedding=[1.0, 0.0], side=40), make_face(embedding=[1.0, 0.0], pose=(50, 0, 0))
    assert judge([[tiny], [turned], [make_face()], []]) == ("unsure", None, 0.0)


def test_only_the_largest_face_is_compared(make_face: MakeFace) -> None:
    same, other = make_face(embedding=[1.0, 0.0]), make_face(embedding=[0.0, 1.0])
    assert judge([[same, other]] * 4)[:2] == ("match", 1.0)


def test_no_frames() -> None:
    found = identity(PHOTO, [], RULE)
    assert (found.label, found.value, found.start, found.end) == ("unsure", None, 0.0, 0.0)
