from collections.abc import Callable
from dataclasses import replace

import pytest

from models.faces.contract import Face
from models.faces.observe import BLINK_CONFIDENCE, observe
from models.observation import Observation

pytestmark = pytest.mark.unit
MakeFace = Callable[..., Face]


def timed(rows: list[list[Face]]) -> list[tuple[float, list[Face]]]:
    return [(n / 2, faces) for n, faces in enumerate(rows)]


def of_kind(found: list[Observation], kind: str) -> list[tuple[float, float]]:
    return [(observation.start, observation.end) for observation in found if observation.kind == kind]


def test_a_calm_face_shows_nothing(make_face: MakeFace) -> None:
    assert observe(timed([[make_face()]] * 20), True) == []


def test_nothing_in_nothing_out() -> None:
    assert observe([], True) == []


def test_no_face_and_many_faces(make_face: MakeFace) -> None:
    face = make_face()
    found = observe(timed([[face], [], [], [face], [face] * 2, [face] * 3, [face] * 2, [face]]), True)
    assert of_kind(found, "no_face") == [(0.5, 1.5)]
    assert of_kind(found, "many_faces") == [(2.0, 3.5)]
    assert [o.value for o in found if o.kind == "many_faces"] == [3]
    assert all(0 < o.confidence < 1 for o in found)


def test_one_odd_frame_is_no_behaviour(make_face: MakeFace) -> None:
    face = make_face()
    assert observe(timed([[face], [], [face], [face, face], [face], [face]]), True) == []


def test_smile_is_a_span(make_face: MakeFace) -> None:
    neutral, smiling = make_face(), make_face(mouth=0.92, happy=0.9)
    found = observe(timed([[neutral]] * 6 + [[smiling]] * 4 + [[neutral]] * 6), True)
    assert of_kind(found, "smile") == [(3.0, 5.0)]
    assert found[0].confidence > 0.8


def test_frown_goes_by_the_persons_own_brows(make_face: MakeFace) -> None:
    always_low, lower = make_face(brows=0.28), make_face(brows=0.22)
    assert observe(timed([[always_low]] * 10), True) == []
    assert of_kind(observe(timed([[always_low]] * 7 + [[lower]] * 3), True), "frown") == [(3.5, 5.0)]


def test_a_nod_is_no_frown(make_face: MakeFace) -> None:
    nod = make_face(brows=0.22, pose=(0, -19, 0))
    assert of_kind(observe(timed([[make_face()]] * 7 + [[nod]] * 3), True), "frown") == []


def test_without_expressions_neither_smile_nor_frown(make_face: MakeFace) -> None:
    neutral, smiling, frowning = make_face(), make_face(mouth=0.95, happy=0.9), make_face(brows=0.22, angry=0.9)
    away, blinking = make_face(pose=(40, 0, 0)), make_face(eyes=0.24)
    rows = [[neutral]] * 12 + [[smiling]] * 4 + [[frowning]] * 4 + [[neutral]] * 5 + [[blinking]] + [[neutral]] * 5
    rows += [[away]] * 3 + [[]] * 3 + [[neutral, neutral]] * 3
    for shown in (rows, [[replace(face, expressions=None) for face in row] for row in rows]):
        everything, without = observe(timed(shown), True), observe(timed(shown), False)
        assert {one.kind for one in everything} >= {"smile", "frown"}
        assert {one.kind for one in without} == {"gaze_away", "blink", "no_face", "many_faces"}
        assert without == [one for one in everything if one.kind not in ("smile", "frown")]


def test_gaze_away_by_head_or_by_eyes(make_face: MakeFace) -> None:
    ahead = [[make_face()]] * 8
    for away in (make_face(pose=(40, 0, 0)), make_face(pose=(0, -30, 0)), make_face(gaze=0.25)):
        assert of_kind(observe(timed(ahead + [[away]] * 3), True), "gaze_away") == [(4.0, 5.5)]
    turned_to_the_camera = make_face(pose=(30, 0, 0), gaze=-0.2)
    assert observe(timed(ahead + [[turned_to_the_camera]] * 3), True) == []


def test_a_camera_beside_the_screen_is_not_away_but_a_second_screen_is(make_face: MakeFace) -> None:
    assert observe(timed([[make_face(pose=(20, 0, 0))]] * 10), True) == []
    assert of_kind(observe(timed([[make_face(pose=(45, 0, 0))]] * 10), True), "gaze_away") == [(0.0, 5.0)]


def test_blink_is_a_dip_and_told_with_little_confidence(make_face: MakeFace) -> None:
    found = observe(timed([[make_face()]] * 5 + [[make_face(eyes=0.26)]] + [[make_face()]] * 5), True)
    assert of_kind(found, "blink") == [(2.5, 3.0)]
    assert found[0].confidence == BLINK_CONFIDENCE
    narrowed_by_a_smile = [[make_face()]] * 8 + [[make_face(eyes=0.26)]] * 8
    assert of_kind(observe(timed(narrowed_by_a_smile), True), "blink") == []


def test_frames_may_come_in_any_order_and_faces_without_measures(make_face: MakeFace) -> None:
    bare = make_face()
    bare = Face(box=bare.box, score=0.9, points=bare.points)
    assert observe([(1.0, [bare]), (0.0, [bare]), (0.5, [bare])], True) == []
