"""Tracking against detecting on every frame, on the same moving pictures."""

import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from loadtests.recording import candidate_picture, compose
from models.faces.contract import Face, Followed, Stretch, Track
from models.faces.default import DefaultFaceEngine
from models.faces.identity import identity
from models.faces.measures import brow_height, eye_aspect, gaze_direction, smile_score
from models.faces.observe import observe
from models.media.frames import sample_frames
from models.observation import Observation

pytestmark = pytest.mark.integration
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def take(man: Picture) -> tuple[list[float], list[Picture]]:
    """Sixteen seconds at two frames a second: one person, who sways; from 4 to 7 s another, from 10 to 12 s nobody."""
    recording = compose(np.zeros(48_000, np.float32), candidate_picture(), 16.0)
    times, frames = zip(*sample_frames(io.BytesIO(recording)), strict=True)
    second = cv2.resize(man, (100, 100), interpolation=cv2.INTER_AREA)
    changed = [frame.copy() for frame in frames]
    for time, frame in zip(times, changed, strict=True):
        if 4 <= time < 7:
            frame[40:140, 20:120] = second
        if 10 <= time < 12:
            frame[:] = 40
    return list(times), changed


@pytest.fixture(scope="module")
def followed(engine: DefaultFaceEngine, take: tuple[list[float], list[Picture]]) -> Followed:
    (found,) = engine.follow([Stretch(take[1])])
    return found


@pytest.fixture(scope="module")
def analysed(engine: DefaultFaceEngine, take: tuple[list[float], list[Picture]]) -> list[list[Face]]:
    return engine.analyse(take[1])


def spans(observations: list[Observation]) -> list[tuple[str, float, float, float | None, str | None]]:
    return [(one.kind, one.start, one.end, one.value, one.label) for one in observations]


def test_observations_are_those_of_detecting_on_every_frame(
    engine: DefaultFaceEngine,
    take: tuple[list[float], list[Picture]],
    followed: Followed,
    analysed: list[list[Face]],
) -> None:
    times, _ = take
    every, tracked = (list(zip(times, faces, strict=True)) for faces in (analysed, followed.faces))
    assert spans(observe(tracked, True)) == spans(observe(every, True))
    assert {"many_faces", "no_face", "smile"} <= {one.kind for one in observe(tracked, True)}
    photo = analysed[0][0].embedding
    assert photo is not None
    assert identity(photo, tracked, engine.identity_rule).label == "match"
    assert identity(photo, tracked, engine.identity_rule).value == identity(photo, every, engine.identity_rule).value


def test_measures_stay_near_those_of_detecting_on_every_frame(followed: Followed, analysed: list[list[Face]]) -> None:
    pairs = [(a[0], b[0]) for a, b in zip(followed.faces, analysed, strict=True) if a and b]
    differences = np.abs([np.subtract(measures(one), measures(other)) for one, other in pairs])
    # yaw, pitch, roll and gaze in degrees, smile score, brow height and eye aspect: mean and largest
    assert (differences.mean(axis=0) < [4, 3, 4, 5, 0.1, 0.015, 0.015]).all()
    assert (differences.max(axis=0) < [10, 8, 8, 12, 0.3, 0.04, 0.03]).all()


def measures(face: Face) -> list[float]:
    way, smile = gaze_direction(face), smile_score(face)
    assert face.pose is not None and face.landmarks is not None and way is not None and smile is not None
    return [*face.pose, way[0], smile, brow_height(face.landmarks), eye_aspect(face.landmarks)]


def test_identity_is_sampled(followed: Followed) -> None:
    with_embedding = [faces[0].embedding is not None for faces in followed.faces if faces]
    assert with_embedding[:3] == [True] * 3
    assert 3 < sum(with_embedding) < len(with_embedding) * 2 / 3


def test_how_takes_are_cut_and_mixed_makes_no_difference(
    engine: DefaultFaceEngine, take: tuple[list[float], list[Picture]], followed: Followed, six_people: Picture
) -> None:
    frames, faces, track = take[1], list[list[Face]](), Track()
    for first, last in ((0, 5), (5, 6), (6, 16)):
        ours, other = engine.follow([Stretch(frames[first:last], track), Stretch([six_people])])
        faces, track = faces + ours.faces, ours.track
        assert len(other.faces[0]) == 6
    for cut, whole in zip(faces, followed.faces, strict=False):
        assert len(cut) == len(whole)
        for one, other_face in zip(cut, whole, strict=True):
            assert one.landmarks == pytest.approx(other_face.landmarks, abs=1e-2)
            assert (one.embedding is None) == (other_face.embedding is None)
    assert engine.follow([]) == []
    (nothing,) = engine.follow([Stretch([], track)])
    assert nothing.faces == [] and nothing.track == track
