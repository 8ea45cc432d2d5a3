"""Structure: does a told experience hold a situation, a task, actions and a result?"""

import numpy as np
from numpy.typing import NDArray

from models.language.calibration import Calibration
from models.scoring.answer import Spoken
from models.scoring.member import Evidence, MemberScore, ramp
from models.scoring.question import ScoredQuestion
from models.scoring.star import PARTS
from models.scoring.vectors import TextVectors

# A cue word counts as much as this much cosine. With it, the parts' sentences are told from each other with an area
# under the ROC curve of .92 (situation), .94 (task), .87 (action) and .87 (result) on 346 sentences of the Chinese
# model answers, written with marked parts, of github.com/ming-xwolf/IQB.
CUE = 0.15
# On the same sentences the 90th percentile of other parts' sentences lies near 0.1, the upper quarter of a part's own
# near 0.3.
ABSENT, CLEAR = 0.1, 0.3
FOUND = 0.5
# No graded answers with parts exist to measure it by: taken a little wider than the measured rubric coverage's.
UNCERTAINTY = 0.2


def structure(question: ScoredQuestion, spoken: Spoken, vectors: TextVectors) -> MemberScore | None:
    """The weighted mean of how clearly each part is heard; None for questions that ask for no experience."""
    if question.kind != "structured":
        return None
    sentences = vectors.calibration.reduce(vectors.of(spoken.sentence_texts))
    likeness = sentences @ _part_directions(vectors).T
    value = 0.0
    evidence: list[Evidence] = []
    missing: list[str] = []
    for column, part in enumerate(PARTS):
        cues = np.array([CUE if part.cues.search(text) else 0.0 for text in spoken.sentence_texts])
        heard = likeness[:, column] + cues
        best = int(heard.argmax())
        strength = ramp(float(heard[best]), ABSENT, CLEAR)
        value += part.weight * strength
        if strength < FOUND:
            missing.append(part.name[question.language])
        else:
            evidence.append(Evidence.quoting(spoken.sentences[best], part.name[question.language], strength))
    return MemberScore(
        member="structure",
        value=min(value, 1.0),
        uncertainty=UNCERTAINTY,
        evidence=tuple(evidence),
        missing=tuple(missing),
    )


def _part_directions(vectors: TextVectors) -> NDArray[np.float32]:
    """Unit vectors [4, d]: each part's mean prototype, less what all four parts have in common."""
    calibration: Calibration = vectors.calibration
    means = np.stack([calibration.reduce(vectors.of(part.prototypes)).mean(axis=0) for part in PARTS])
    directions: NDArray[np.float32] = means - means.mean(axis=0)
    lengths: NDArray[np.float32] = np.linalg.norm(directions, axis=1, keepdims=True).clip(1e-9)
    return directions / lengths
