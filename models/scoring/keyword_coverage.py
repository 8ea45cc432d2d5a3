"""Keyword coverage: which of the interview's keywords were said."""

from models.language.keywords import find_keywords, missed_keywords
from models.scoring.answer import Spoken
from models.scoring.member import Evidence, MemberScore
from models.scoring.question import ScoredQuestion

# No graded answers with keywords exist to measure it by: taken a little wider than the measured rubric coverage's.
UNCERTAINTY = 0.2


def keyword_coverage(question: ScoredQuestion, spoken: Spoken) -> MemberScore | None:
    """The share of keywords mentioned at least once; None where the question has none. Repeating one earns nothing."""
    if not question.keywords:
        return None
    mentions = find_keywords(spoken.transcript, question.keywords)
    missed = missed_keywords(question.keywords, mentions)
    firsts = {mention.label: mention for mention in reversed(mentions)}
    evidence = []
    for keyword in question.keywords:
        if (mention := firsts.get(keyword.term)) is None:
            continue
        around = next(sentence for sentence in spoken.sentences if sentence.end >= mention.start)
        evidence.append(Evidence.quoting(around, keyword.term, mention.confidence))
    return MemberScore(
        member="keywords",
        value=1 - len(missed) / len(question.keywords),
        uncertainty=UNCERTAINTY,
        evidence=tuple(evidence),
        missing=tuple(keyword.term for keyword in missed),
    )
