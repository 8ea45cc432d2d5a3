from collections.abc import Callable

import pytest
from language_samples import TermEmbedder, transcript

from models.language.keywords import Keyword
from models.scoring.answer import Answer
from models.scoring.batch import Ensemble
from models.scoring.ensemble import lasting_texts, texts_needed
from models.scoring.question import QuestionKind, RubricPoint, ScoredQuestion
from models.scoring.score import QuestionScore, ScoreRequest
from models.scoring.weights import WEIGHTS

pytestmark = pytest.mark.unit

Score = Callable[[ScoreRequest], QuestionScore]

QUESTION = ScoredQuestion(
    text="How do threads share memory?",
    language="en",
    dimension="Skill",
    kind="skill",
    time_limit_s=60,
    rubric=(RubricPoint(text="threads share memory"), RubricPoint(text="locks protect data")),
    keywords=(Keyword(term="lock"),),
)
GOOD = "All threads share memory of their process. Locks protect the data from races between them."


def request(text: str | None, confidence: float = 0.9) -> ScoreRequest:
    said = None if text is None else transcript(text, confidence=confidence)
    return ScoreRequest(question=QUESTION, answer=Answer(transcript=said))


def test_contributions_explain_the_score(score: Score) -> None:
    result = score(request(GOOD))

    assert result.status == "scored"
    assert result.score is not None
    assert sum(part.points for part in result.contributions) == pytest.approx(result.score, abs=0.06)
    assert sum(part.weight for part in result.contributions) == pytest.approx(1.0, abs=1e-3)
    assert [part.member for part in result.contributions] == ["coverage", "keywords", "relevance"]
    assert result.low < result.score < result.high


def test_a_good_answer_beats_one_about_something_else(score: Score) -> None:
    good, other = score(request(GOOD)), score(request("Bananas grow in warm countries and are picked green."))

    assert good.score is not None and other.score is not None
    assert good.score > other.score + 50


def test_unsure_recognition_and_few_words_widen_the_interval(score: Score) -> None:
    def width(result: QuestionScore) -> float:
        assert result.spread is not None
        return result.spread.recognition + result.spread.amount

    assert width(score(request(GOOD, confidence=0.4))) > width(score(request(GOOD)))
    assert width(score(request("Threads share memory."[:-1] + " always."))) > width(score(request(GOOD)))


@pytest.mark.parametrize(("kind", "text"), [("skill", ""), ("structured", "Okay."), ("situational", "Um, okay.")])
def test_silence_counts_as_nothing_with_an_open_interval(score: Score, kind: QuestionKind, text: str) -> None:
    asked = QUESTION.model_copy(update={"kind": kind})
    result = score(ScoreRequest(question=asked, answer=Answer(transcript=transcript(text))))

    assert (result.status, result.score, result.low, result.high) == ("unanswered", 0, 0, 100)
    assert result.contributions == ()


def test_one_word_can_answer_a_question_of_knowledge(score: Score) -> None:
    assert score(request("Locks.")).status == "scored"


def test_an_unheard_recording_is_not_scored(score: Score) -> None:
    result = score(request(None))

    assert (result.status, result.score, result.low, result.high) == ("not_scored", None, 0, 100)


def test_texts_are_asked_for_once_and_none_for_silence() -> None:
    texts = texts_needed(request(GOOD + " " + GOOD))

    assert len(texts) == len(set(texts))
    assert set(lasting_texts(QUESTION)) <= set(texts)
    assert texts_needed(request("")) == texts_needed(request(None)) == []


def test_weights_of_every_kind_sum_to_one() -> None:
    assert [sum(weights.values()) for weights in WEIGHTS.values()] == pytest.approx([1.0, 1.0, 1.0])


def test_a_batch_is_embedded_at_once_and_what_lasts_only_the_first_time(embedder: TermEmbedder, score: Score) -> None:
    ensemble = Ensemble(embedder)
    requests = [request(GOOD), request(""), request("Bananas grow in warm countries."), request(None)]

    assert ensemble.score(requests) == [score(one) for one in requests]
    first = embedder.batches[0]
    assert len(first) == len(set(first)) == 6
    embedder.batches.clear()
    ensemble.score([request("Apples grow in cold countries.")])
    assert embedder.batches == [["Apples grow in cold countries."]]


def test_a_batch_of_silence_embeds_nothing(embedder: TermEmbedder) -> None:
    assert [score.status for score in Ensemble(embedder).score([request(""), request(None)])] == [
        "unanswered",
        "not_scored",
    ]
    assert embedder.batches == []


def test_scores_survive_json() -> None:
    result = Ensemble(TermEmbedder()).score([request(GOOD)])[0]

    assert QuestionScore.model_validate_json(result.model_dump_json()) == result
