"""Relevance: does the answer speak to the question at all?"""

from models.scoring.answer import Spoken
from models.scoring.member import Evidence, MemberScore, ramp
from models.scoring.question import ScoredQuestion
from models.scoring.vectors import TextVectors

# Similarity to the question hardly tells a better answer from a worse one (r = .04 with the graders: agreement.py),
# only one from another subject: so it saturates early, and is no more sure than the other unmeasured members.
UNCERTAINTY = 0.2


def relevance(question: ScoredQuestion, spoken: Spoken, vectors: TextVectors) -> MemberScore:
    """The best similarity of a sentence to the question: 0 for unrelated, 1 from the strong tenth of related pairs."""
    similarity = vectors.similarity([question.text], spoken.sentence_texts)[0]
    best = int(similarity.argmax())
    value = ramp(float(similarity[best]), 0.0, vectors.calibration.strong)
    return MemberScore(
        member="relevance",
        value=value,
        uncertainty=UNCERTAINTY,
        evidence=(Evidence.quoting(spoken.sentences[best], question.text, value),),
    )
