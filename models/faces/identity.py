"""Whether the person in the frames is the one on the photo."""

import numpy as np
from numpy.typing import NDArray

from models.faces.contract import Face, IdentityRule
from models.faces.observe import TimedFaces
from models.faces.spans import period
from models.observation import Observation

ENOUGH = 3  # frames to compare before a verdict
MATCH, NO_MATCH = 0.75, 0.25  # shares of matching frames; between them something changed, and a person should look
MIN_SIDE = 64.0  # pixels; measured: faces of 48 pixels miss their own photo in half of all comparisons
MAX_TURN = 35.0  # degrees of yaw or pitch; further round, half the face is hidden


def identity(photo_embedding: NDArray[np.float32], timed_faces: TimedFaces, rule: IdentityRule) -> Observation:
    """One `identity` Observation over the whole take; value is the share of compared frames that match the photo.

    Compared is the largest face of each frame, where it is large and frontal enough to tell. label: match, no_match or
    unsure (too few frames to compare, or some match and some do not). value is None where no frame could be compared.
    """
    times = sorted(time for time, _ in timed_faces)
    start, end = (times[0], times[-1] + period(times)) if times else (0.0, 0.0)
    embeddings = [faces[0].embedding for _, faces in timed_faces if faces and is_clear(faces[0])]
    near = [
        rule.distance(photo_embedding, embedding) <= rule.threshold for embedding in embeddings if embedding is not None
    ]
    if not near:
        return Observation(kind="identity", start=start, end=end, label="unsure", confidence=0.0)
    share = sum(near) / len(near)
    label = "unsure"
    if len(near) >= ENOUGH and not NO_MATCH < share < MATCH:
        label = "match" if share >= MATCH else "no_match"
    # How far from an even split, less where few frames were compared.
    confidence = abs(2 * share - 1) * len(near) / (len(near) + 1)
    return Observation(kind="identity", start=start, end=end, value=share, label=label, confidence=confidence)


def is_clear(face: Face) -> bool:
    """Whether a face is large and frontal enough to tell whose it is."""
    width, height = face.box[2:] - face.box[:2]
    turned = face.pose is not None and bool((abs(face.pose[:2]) > MAX_TURN).any())
    return bool(max(width, height) >= MIN_SIDE) and not turned
