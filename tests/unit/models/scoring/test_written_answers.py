"""A written answer is scored for what it says, and for nothing else."""

from collections.abc import Callable

import pytest
from language_samples import TermEmbedder, transcript

from models.language.keywords import Keyword
from models.scoring.answer import Answer, DeliveryObservation, WrittenText
from models.scoring.batch import Ensemble
from models.scoring.question import RubricPoint, ScoredQuestion
from models.scoring.score import QuestionScore, ScoreRequest

pytestmark = pytest.mark.unit

Score = Callable[[ScoreRequest], QuestionScore]
TEXT = "Threads share memory with each other.\nLocks protect data, for example a mutex."
QUESTION = ScoredQuestion(
    text="How do threads share memory?",
    language="en",
    dimension="Skill",
    kind="skill",
    time_limit_s=60,
    rubric=(RubricPoint(text="threads share memory"), RubricPoint(text="locks protect data")),
    keywords=(Keyword(term="mutex"), Keyword(term="semaphore")),
)
RATE = DeliveryObservation(kind="speech_rate", start=0.0, end=5.0, value=130.0, label="overall")


def asked(answer: Answer) -> ScoreRequest:
    return ScoreRequest(question=QUESTION, answer=answer)


def written(text: str, **fields: object) -> ScoreRequest:
    return asked(Answer.model_validate({"written": WrittenText(text=text, language="en")} | fields))


def test_content_is_scored_as_if_it_had_been_said(score: Score) -> None:
    by_text, by_voice = score(written(TEXT)), score(asked(Answer(transcript=transcript(TEXT))))
    values = [{part.member: part.value for part in one.contributions} for one in (by_text, by_voice)]
    assert values[0] == values[1]
    assert set(values[0]) == {"coverage", "keywords", "relevance"}
    assert by_text.score == by_voice.score and by_text.words == by_voice.words
    # Nothing was recognised, so nothing can have been misheard.
    assert by_text.confidence == 1.0
    assert by_text.spread is not None and by_text.spread.recognition == 0.0


def test_delivery_is_no_part_of_it_whatever_is_given(score: Score) -> None:
    request = written(TEXT, delivery=(RATE,))
    assert score(request) == score(written(TEXT))
    spoken = score(asked(Answer(transcript=transcript(TEXT), delivery=(RATE,))))
    assert "delivery" in {part.member for part in spoken.contributions}
    assert sum(part.weight for part in score(request).contributions) == pytest.approx(1.0, abs=1e-3)


def test_evidence_quotes_the_text_and_has_no_times(score: Score) -> None:
    proofs = [proof for part in score(written(TEXT)).contributions for proof in part.evidence]
    assert {proof.quote for proof in proofs} == set(TEXT.split("\n"))
    assert all(proof.start is None and proof.end is None for proof in proofs)
    keywords = {part.member: part for part in score(written(TEXT)).contributions}["keywords"]
    assert [proof.quote for proof in keywords.evidence] == ["Locks protect data, for example a mutex."]
    assert keywords.missing == ("semaphore",)


def test_a_text_without_a_word_is_unanswered() -> None:
    [nothing] = Ensemble(TermEmbedder()).score([written("...")])
    assert (nothing.status, nothing.score, nothing.low, nothing.high) == ("unanswered", 0, 0, 100)


def test_written_and_spoken_answers_are_scored_in_one_batch() -> None:
    ensemble = Ensemble(TermEmbedder())
    requests = [written(TEXT), asked(Answer(transcript=transcript("All threads share memory."))), asked(Answer())]
    together = ensemble.score(requests)
    assert together == [Ensemble(TermEmbedder()).score([request])[0] for request in requests]
    assert [one.status for one in together] == ["scored", "scored", "not_scored"]
