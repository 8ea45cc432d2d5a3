"""How well coverage and relevance agree with human graders.

`python -m models.scoring.agreement GRADED.csv FOLDER_OF_E5` reads graded short answers with the columns question,
desired_answer, student_answer and score_avg (0-5), as the data of Mohler, Bunescu and Mihalcea (2011) has them, takes
the desired answer as the only rubric point of a skill question, and prints one JSON object.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np

from models.language.embedding import TextEmbedder
from models.scoring.answer import Answer
from models.scoring.batch import Ensemble
from models.scoring.question import RubricPoint, ScoredQuestion
from models.scoring.score import ScoreRequest
from models.speech.transcript import Transcript, Word

BATCH = 64


def agreement(graded: Path, folder: Path) -> dict[str, float]:
    """Pearson's r with the graders' mean, and the standard deviation of what a linear fit leaves, over 0..1."""
    with graded.open(newline="") as file:
        rows = list(csv.DictReader(file))
    ensemble = Ensemble(TextEmbedder(folder))
    requests = [_request(row) for row in rows]
    scores = [score for at in range(0, len(rows), BATCH) for score in ensemble.score(requests[at : at + BATCH])]
    members = [{part.member: part.value for part in score.contributions} for score in scores]
    human = np.array([float(row["score_avg"]) / 5 for row in rows])
    columns = {
        "coverage": np.array([values.get("coverage", 0.0) for values in members]),
        "relevance": np.array([values.get("relevance", 0.0) for values in members]),
        "score": np.array([(score.score or 0.0) / 100 for score in scores]),
    }
    within = [score.low <= 100 * mark <= score.high for mark, score in zip(human, scores, strict=True)]
    residual = human - np.polyval(np.polyfit(columns["coverage"], human, 1), columns["coverage"])
    return {
        "answers": len(rows),
        **{f"r_{name}": round(float(np.corrcoef(values, human)[0, 1]), 3) for name, values in columns.items()},
        "residual_coverage": round(float(residual.std()), 3),
        "within_interval": round(float(np.mean(within)), 3),
    }


def _request(row: dict[str, str]) -> ScoreRequest:
    question = ScoredQuestion(
        text=row["question"],
        language="en",
        dimension="knowledge",
        kind="skill",
        time_limit_s=60,
        rubric=(RubricPoint(text=row["desired_answer"]),),
    )
    words = tuple(
        Word(text=word, start=0.4 * i, end=0.4 * i + 0.3, confidence=1.0)
        for i, word in enumerate(row["student_answer"].split())
    )
    said = Transcript(language="en", words=words, confidence=1.0, recognizer="typed")
    return ScoreRequest(question=question, answer=Answer(transcript=said))


if __name__ == "__main__":
    print(json.dumps(agreement(Path(sys.argv[1]), Path(sys.argv[2]))))
