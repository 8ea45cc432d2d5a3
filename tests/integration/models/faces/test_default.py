import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.faces.contract import EXPRESSIONS, FaceEngine
from models.faces.default import DefaultFaceEngine
from models.faces.identity import identity
from models.faces.measures import smile_score
from models.faces.observe import observe

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


def test_it_is_a_face_engine_that_fills_every_field(engine: DefaultFaceEngine, astronaut: Picture) -> None:
    contract: FaceEngine = engine
    ((face,),) = contract.analyse([astronaut])
    assert face.landmarks is not None and face.pose is not None and face.gaze is not None
    assert face.embedding is not None and face.expressions is not None
    assert (face.landmarks.shape, face.embedding.shape, face.pose.shape) == ((68, 2), (128,), (3,))
    assert face.expressions.sum() == pytest.approx(1, abs=1e-5)
    assert EXPRESSIONS[int(face.expressions.argmax())] == "happy"
    smile = smile_score(face)
    assert smile is not None and smile > 0.9
    assert (abs(face.pose) < 12).all() and abs(face.gaze) < 0.1
    # The landmarks' eyes and mouth are where the detector's points are.
    eyes = face.landmarks[36:42].mean(axis=0), face.landmarks[42:48].mean(axis=0)
    landmarks = np.stack([*eyes, face.landmarks[30], face.landmarks[48], face.landmarks[54]])
    assert landmarks == pytest.approx(face.points, abs=8)


def test_a_batch_gives_what_each_frame_gives_alone(
    engine: DefaultFaceEngine, astronaut: Picture, six_people: Picture
) -> None:
    blank = np.zeros((120, 160, 3), np.uint8)
    together = engine.analyse([astronaut, blank, six_people, astronaut])
    assert [len(faces) for faces in together] == [1, 0, 6, 1]
    (alone,) = engine.analyse([six_people])
    for one, other in zip(together[2], alone, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-4)
        assert one.landmarks == pytest.approx(other.landmarks, abs=1e-2)
    assert engine.analyse([]) == [] and engine.analyse([blank]) == [[]]


def test_identity_tells_people_apart_through_light_tilt_and_size(
    engine: DefaultFaceEngine, astronaut: Picture, six_people: Picture, man: Picture
) -> None:
    ((photo,),) = engine.analyse([astronaut])
    turn = cv2.getRotationMatrix2D((225, 120), 25, 1.0)
    changed = [
        (astronaut * 0.35).astype(np.uint8),
        cv2.warpAffine(astronaut, turn, (512, 512)).astype(np.uint8),
        cv2.resize(astronaut, (360, 360), interpolation=cv2.INTER_AREA).astype(np.uint8),
        np.ascontiguousarray(astronaut[:, ::-1]),
    ]
    same = [faces[0].embedding for faces in engine.analyse(changed)]
    others = [face.embedding for faces in engine.analyse([six_people, man]) for face in faces]
    rule, own = engine.identity_rule, photo.embedding
    near = [rule.distance(own, e) for e in same if own is not None and e is not None]
    far = [rule.distance(own, e) for e in others if own is not None and e is not None]
    assert (len(near), len(far)) == (4, 7)
    assert max(near) < rule.threshold < min(far)


def test_a_turned_head_and_a_tilted_head(engine: DefaultFaceEngine, astronaut: Picture, six_people: Picture) -> None:
    yaws = [float(face.pose[0]) for face in engine.analyse([six_people])[0] if face.pose is not None]
    assert -70 < min(yaws) < -40  # the man at the back on the right looks along the picture to its left
    tilted = cv2.warpAffine(astronaut, cv2.getRotationMatrix2D((225, 120), -25, 1.0), (512, 512)).astype(np.uint8)
    (straight,), (clockwise,), (mirrored,) = engine.analyse([astronaut, tilted, np.ascontiguousarray(tilted[:, ::-1])])
    assert straight.pose is not None and clockwise.pose is not None and mirrored.pose is not None
    assert clockwise.pose[2] - straight.pose[2] == pytest.approx(25, abs=5)
    assert mirrored.pose == pytest.approx(clockwise.pose * (-1, 1, -1), abs=8)


def test_a_take_is_observed(engine: DefaultFaceEngine, astronaut: Picture, six_people: Picture) -> None:
    """A smiling candidate, who leaves, is replaced by six people, and comes back."""
    away = np.zeros_like(astronaut)
    frames = [astronaut] * 4 + [away] * 3 + [six_people] * 3 + [astronaut] * 4
    timed = list(zip([n / 2 for n in range(len(frames))], engine.analyse(frames), strict=True))
    found = {(o.kind, o.start, o.end) for o in observe(timed, True)}
    assert {("no_face", 2.0, 3.5), ("many_faces", 3.5, 5.0), ("smile", 0.0, 2.0)} <= found
    photo = timed[0][1][0].embedding
    assert photo is not None
    verdict = identity(photo, timed, engine.identity_rule)
    assert verdict.label == "unsure"
    assert verdict.value == pytest.approx(8 / 11)
    assert identity(photo, timed[:4], engine.identity_rule).label == "match"
