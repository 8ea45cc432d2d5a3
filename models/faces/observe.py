"""What the frames of one take show, as Observations."""

from collections.abc import Sequence
from statistics import fmean, median

import numpy as np

from models.faces.contract import Face
from models.faces.measures import brow_height, eye_aspect, frown_score, gaze_direction, smile_score
from models.faces.spans import Span, spans
from models.observation import Observation, ObservationKind

MINIMUM = 1.0  # seconds a state must last, two frames at the usual rate: one odd frame is no behaviour
AWAY_SIDE, AWAY_UP = 25.0, 20.0  # degrees from the usual direction; the edge of a screen 50 cm wide is at 22 from 60 cm
USUAL = 15.0  # degrees by which a camera may stand beside or above what the person looks at
FROWN_TILT = 15.0  # degrees of nodding beyond which the brows' height is foreshortened
BLINK_DROP = 0.93  # part of the usual eye aspect; measured: blinks reach 0.87 to 0.93, open eyes stay above 0.96
BLINK_WINDOW = 2.0  # seconds before and after by which the usual eye aspect goes, for a smile narrows the eyes too
BLINK_CONFIDENCE = 0.3  # a blink lasts 0.1 to 0.4 s: two frames a second miss most, and see few of these well

TimedFaces = Sequence[tuple[float, list[Face]]]


def observe(timed_faces: TimedFaces, expressions: bool) -> list[Observation]:
    """Observations by start time, from (seconds from the take's start, faces largest first) at about 2 frames a second.

    no_face and many_faces count faces; the others look at the largest face of each frame, compared with that person's
    own median over the take where people differ (direction, brows, eyes). What an engine does not give is not observed.
    Without `expressions` neither are smiles and frowns, which landmarks alone would tell too.
    """
    timed = sorted(timed_faces, key=lambda row: row[0])
    times = [time for time, _ in timed]
    counts = [len(faces) for _, faces in timed]
    people = [faces[0] if faces else None for _, faces in timed]
    found = [_counted("no_face", span) for span in spans(times, [count == 0 for count in counts], MINIMUM)]
    found += [
        _counted("many_faces", span, max(counts[row] for row in span.rows))
        for span in spans(times, [count > 1 for count in counts], MINIMUM)
    ]
    found += _scored("gaze_away", times, _away(people))
    if expressions:
        found += _scored("frown", times, _frowns(people))
        found += _scored("smile", times, [None if face is None else smile_score(face) for face in people])
    found += _blinks(times, people)
    return sorted(found, key=lambda observation: observation.start)


def _counted(kind: ObservationKind, span: Span, value: float | None = None) -> Observation:
    """Each frame of a count may be wrong, all of them hardly: confidence n / (n + 1)."""
    frames = len(span.rows)
    return Observation(kind=kind, start=span.start, end=span.end, value=value, confidence=frames / (frames + 1))


def _scored(kind: ObservationKind, times: Sequence[float], scores: Sequence[float | None]) -> list[Observation]:
    """Spans of scores of at least 0.5, their mean as confidence."""
    known = [0.0 if score is None else score for score in scores]
    return [
        Observation(
            kind=kind, start=span.start, end=span.end, confidence=round(fmean(known[row] for row in span.rows), 3)
        )
        for span in spans(times, [score >= 0.5 for score in known], MINIMUM)
    ]


def _away(people: Sequence[Face | None]) -> list[float | None]:
    """Per frame how far the gaze is from the usual direction: 0.5 at the border, 1 at twice as far."""
    ways = [None if face is None else gaze_direction(face) for face in people]
    known = [way for way in ways if way is not None]
    if not known:
        return [None] * len(ways)
    side, up = np.clip(np.median(known, axis=0), -USUAL, USUAL)
    return [
        None if way is None else min(1.0, max(abs(way[0] - side) / AWAY_SIDE, abs(way[1] - up) / AWAY_UP) / 2)
        for way in ways
    ]


def _frowns(people: Sequence[Face | None]) -> list[float | None]:
    """Per frame the frown score against the person's own brows; None where there is no face or the head nods."""
    pitches = [float(face.pose[1]) for face in people if face is not None and face.pose is not None]
    level = median(pitches) if pitches else 0.0
    fit = [
        face if face is not None and (face.pose is None or abs(float(face.pose[1]) - level) <= FROWN_TILT) else None
        for face in people
    ]
    heights = [brow_height(face.landmarks) for face in fit if face is not None and face.landmarks is not None]
    if not heights:
        return [None] * len(people)
    return [None if face is None else frown_score(face, median(heights)) for face in fit]


def _blinks(times: Sequence[float], people: Sequence[Face | None]) -> list[Observation]:
    eyes = [
        (time, eye_aspect(face.landmarks))
        for time, face in zip(times, people, strict=True)
        if face is not None and face.landmarks is not None
    ]
    shut = []
    for time, aspect in eyes:
        usual = median(other for at, other in eyes if abs(at - time) <= BLINK_WINDOW)
        shut.append(aspect < BLINK_DROP * usual)
    return [
        Observation(kind="blink", start=span.start, end=span.end, confidence=BLINK_CONFIDENCE)
        for span in spans([time for time, _ in eyes], shut, 0.0)
    ]
