"""Faces drawn from a mean shape, so that what they do is known exactly."""

from collections.abc import Callable

import numpy as np
import pytest
from insightface.data import get_object

from models.faces.contract import EXPRESSIONS, Face

SIZE = 100.0  # pixels per unit of the mean shape, whose eyes are 0.53 apart


@pytest.fixture
def make_face() -> Callable[..., Face]:
    def make(
        *,
        mouth: float = 0.78,
        brows: float = 0.336,
        eyes: float = 0.3,
        pose: tuple[float, float, float] = (0.0, 0.0, 0.0),
        gaze: float | None = 0.0,
        embedding: list[float] | None = None,
        side: float = 120.0,
        **expressions: float,
    ) -> Face:
        """A face with these measures, in eye distances (`eyes`: aspect); neutral fills what `expressions` leave."""
        shape = get_object("meanshape_68.pkl")[:, :2].astype(np.float64) * SIZE
        distance = np.linalg.norm(shape[36:42].mean(0) - shape[42:48].mean(0))
        middle = (shape[48] + shape[54]) / 2
        half = np.array([mouth * distance / 2, 0])
        shape[48], shape[54] = middle - half, middle + half
        for inner, brow in ((39, 21), (42, 22)):
            shape[brow] = shape[inner] - (0, brows * distance)
        for first in (36, 42):
            corner, far = shape[first], shape[first + 3]
            half = eyes * np.linalg.norm(far - corner) / 2
            for upper, lower, along in ((1, 5, 1 / 3), (2, 4, 2 / 3)):
                shape[first + upper] = corner + (far - corner) * along - (0, half)
                shape[first + lower] = corner + (far - corner) * along + (0, half)
        probabilities = np.zeros(7, np.float32)
        for name, value in expressions.items():
            probabilities[EXPRESSIONS.index(name)] = value
        probabilities[0] = 1 - probabilities.sum()
        landmarks = (shape + 300).astype(np.float32)
        points = np.stack(
            [landmarks[36:42].mean(0), landmarks[42:48].mean(0), landmarks[30], landmarks[48], landmarks[54]]
        )
        return Face(
            box=np.array([300 - side / 2, 300 - side / 2, 300 + side / 2, 300 + side / 2], np.float32),
            score=0.9,
            points=points,
            landmarks=landmarks,
            pose=np.array(pose, np.float32),
            gaze=gaze,
            embedding=None if embedding is None else np.array(embedding, np.float32),
            expressions=probabilities,
        )

    return make
