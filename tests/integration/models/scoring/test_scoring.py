"""Good, thin and misplaced answers in both languages, scored with the real embedder."""

from typing import Literal

import pytest
from language_samples import transcript

from models.language.embedding import TextEmbedder
from models.language.keywords import Keyword
from models.scoring.answer import Answer
from models.scoring.batch import Ensemble
from models.scoring.question import RubricPoint, ScoredQuestion
from models.scoring.score import QuestionScore, ScoreRequest

pytestmark = pytest.mark.integration

QUESTIONS: dict[str, ScoredQuestion] = {
    "en": ScoredQuestion(
        text="Tell me about a time when a project was in danger of missing its deadline.",
        language="en",
        dimension="Planning",
        kind="structured",
        time_limit_s=120,
        rubric=(
            RubricPoint(text="Notices the delay early and says so"),
            RubricPoint(text="Sets priorities and cuts what is not needed"),
            RubricPoint(text="Finds extra help or divides the work anew"),
            RubricPoint(text="Delivers in time or agrees on a new date"),
        ),
        keywords=(Keyword(term="priority", variants=("prioritise", "most important")), Keyword(term="customer")),
    ),
    "zh": ScoredQuestion(
        text="请讲一次项目可能赶不上期限的经历。",
        language="zh",
        dimension="Planning",
        kind="structured",
        time_limit_s=120,
        rubric=(
            RubricPoint(text="及早发现进度落后并告知大家"),
            RubricPoint(text="确定优先级，砍掉不必要的内容"),
            RubricPoint(text="争取更多人手或重新分工"),
            RubricPoint(text="按时交付或商定新的日期"),
        ),
        keywords=(Keyword(term="优先", variants=("最重要",)), Keyword(term="客户")),
    ),
}
ANSWERS = {
    "en": {
        "good": "Two years ago we were building a booking system for a hotel. My job was to lead the four developers, "
        "and in March I saw that we were three weeks behind the plan. So I told my boss and the customer the same day. "
        "Then I went through the list with them, dropped everything that was not needed for the opening "
        "and did the most important things first. "
        "I also borrowed a tester from another team and split the payment work between two people. "
        "In the end we delivered on the first of May as agreed, and the rest followed in June.",
        "thin": "Deadlines are always difficult. You just have to work hard and then it is fine.",
        "misplaced": "My grandmother has a garden with roses and tomatoes. In summer I help her to water them. "
        "I like the smell of the flowers, and we often drink tea under the old tree.",
    },
    "zh": {
        "good": "两年前我们给一家酒店做预订系统。我负责带四个开发，三月份的时候我发现进度落后了三个星期。"
        "当天我就告诉了领导和客户。然后我跟他们一起过了一遍清单，把开业用不到的功能都砍掉了，先做最重要的。"
        "我还从别的组借了一个测试，把支付那块分给两个人做。最后我们五月一号按时交付了，剩下的六月补上。",
        "thin": "赶期限总是很难的，努力一点就好了。",
        "misplaced": "我奶奶有一个花园，里面种了玫瑰。夏天我会帮她浇水。我喜欢花的味道，我们经常在老树下面喝茶。",
    },
}


@pytest.fixture(scope="module")
def scores(embedder: TextEmbedder) -> dict[tuple[str, str], QuestionScore]:
    requests = {
        (language, sort): ScoreRequest(
            question=QUESTIONS[language],
            answer=Answer(transcript=transcript(text, "zh" if language == "zh" else "en")),
        )
        for language, answers in ANSWERS.items()
        for sort, text in answers.items()
    }
    return dict(zip(requests, Ensemble(embedder).score(list(requests.values())), strict=True))


def points(score: QuestionScore) -> float:
    assert score.score is not None
    return score.score


@pytest.mark.parametrize("language", ["en", "zh"])
def test_good_beats_thin_beats_misplaced(scores: dict[tuple[str, str], QuestionScore], language: str) -> None:
    good, thin, misplaced = (points(scores[language, sort]) for sort in ("good", "thin", "misplaced"))

    assert good > 60 > misplaced
    assert good > thin + 20
    assert thin > misplaced
    assert misplaced < 25


@pytest.mark.parametrize("language", ["en", "zh"])
def test_evidence_is_quoted_from_the_answer(scores: dict[tuple[str, str], QuestionScore], language: str) -> None:
    good = {part.member: part for part in scores[language, "good"].contributions}

    assert len(good["coverage"].evidence) >= 3
    assert all(proof.quote in ANSWERS[language]["good"] for part in good.values() for proof in part.evidence)
    assert all(proof.start < proof.end for part in good.values() for proof in part.evidence)
    assert len(good["structure"].evidence) == 4
    assert good["keywords"].missing == ()


@pytest.mark.parametrize(("asked", "answered"), [("en", "zh"), ("zh", "en")])
def test_a_rubric_in_the_other_language_is_understood(
    embedder: TextEmbedder, asked: Literal["en", "zh"], answered: Literal["en", "zh"]
) -> None:
    question = QUESTIONS[answered].model_copy(update={"rubric": QUESTIONS[asked].rubric, "keywords": ()})
    good, misplaced = Ensemble(embedder).score(
        [
            ScoreRequest(question=question, answer=Answer(transcript=transcript(ANSWERS[answered][sort], answered)))
            for sort in ("good", "misplaced")
        ]
    )

    assert points(good) > points(misplaced) + 25


def test_a_batch_scores_like_single_answers(
    embedder: TextEmbedder, scores: dict[tuple[str, str], QuestionScore]
) -> None:
    request = ScoreRequest(question=QUESTIONS["en"], answer=Answer(transcript=transcript(ANSWERS["en"]["good"])))
    alone = Ensemble(embedder).score([request])[0]

    assert points(alone) == pytest.approx(points(scores["en", "good"]), abs=0.1)
