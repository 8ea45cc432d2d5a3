from collections.abc import Callable

import pytest
from language_samples import transcript

from models.language.keywords import Keyword
from models.scoring.answer import Answer, DeliveryObservation, Spoken
from models.scoring.coverage import coverage
from models.scoring.delivery import delivery
from models.scoring.keyword_coverage import keyword_coverage
from models.scoring.question import QuestionKind, RubricPoint, ScoredQuestion
from models.scoring.relevance import relevance
from models.scoring.score import ScoreRequest
from models.scoring.structure import structure
from models.scoring.vectors import TextVectors
from models.speech.transcript import Language

pytestmark = pytest.mark.unit

Vectors = Callable[[ScoreRequest], TextVectors]

STORY = (
    "Last year our shop had a serious problem with a supplier. My task was to find a solution before the deadline. "
    "So I sat down with everybody and asked what they needed. In the end we delivered on time and customers were happy."
)


def question(kind: QuestionKind = "skill", **fields: object) -> ScoredQuestion:
    return ScoredQuestion.model_validate(
        {"text": "How do threads share memory?", "language": "en", "dimension": "Skill", "kind": kind}
        | {"time_limit_s": 60}
        | fields
    )


def asked(about: ScoredQuestion, text: str) -> tuple[ScoreRequest, Spoken]:
    said = transcript(text, about.language)
    return ScoreRequest(question=about, answer=Answer(transcript=said)), Spoken(said)


def test_coverage_credits_points_by_weight_and_quotes_them(vectors_for: Vectors) -> None:
    about = question(
        rubric=[
            RubricPoint(text="threads share memory", weight=3),
            RubricPoint(text="processes are isolated", weight=1),
        ]
    )
    request, spoken = asked(about, "Well, hello everybody. Threads share memory.")
    judged = coverage(about, spoken, vectors_for(request))

    assert judged is not None
    assert judged.value == pytest.approx(0.75)
    assert [(proof.quote, proof.supports) for proof in judged.evidence] == [
        ("Threads share memory.", "threads share memory")
    ]
    assert judged.evidence[0].start == spoken.sentences[1].start
    assert judged.missing == ("processes are isolated",)


def test_an_anchor_is_as_good_as_its_point(vectors_for: Vectors) -> None:
    about = question(rubric=[RubricPoint(text="cooperation", anchors=("helps colleagues",))])
    request, spoken = asked(about, "I helped my colleague.")
    judged = coverage(about, spoken, vectors_for(request))

    assert judged is not None
    assert judged.value == pytest.approx(1.0)


def test_members_without_anything_to_look_for_do_not_judge(vectors_for: Vectors) -> None:
    about = question()
    request, spoken = asked(about, "All threads share memory.")

    assert coverage(about, spoken, vectors_for(request)) is None
    assert keyword_coverage(about, spoken) is None
    assert structure(about, spoken, vectors_for(request)) is None
    assert delivery("en", spoken, (), 1.0) is None


def test_keywords_count_once_each() -> None:
    about = question(keywords=[Keyword(term="memory"), Keyword(term="lock")])
    _, spoken = asked(about, "Memory, memory and more memory.")
    judged = keyword_coverage(about, spoken)

    assert judged is not None
    assert judged.value == 0.5
    assert [proof.supports for proof in judged.evidence] == ["memory"]
    assert judged.missing == ("lock",)


def test_structure_finds_all_parts_of_a_story(vectors_for: Vectors) -> None:
    about = question("structured")
    request, spoken = asked(about, STORY)
    judged = structure(about, spoken, vectors_for(request))

    assert judged is not None
    assert judged.missing == ()
    found = {proof.supports: proof.quote for proof in judged.evidence}
    assert found["task"].startswith("My task")
    assert found["result"].startswith("In the end")


def test_structure_misses_what_is_not_told(vectors_for: Vectors) -> None:
    about = question("structured")
    request, spoken = asked(about, "Bananas are yellow and cheap.")
    judged = structure(about, spoken, vectors_for(request))

    assert judged is not None
    assert judged.missing == ("situation", "task", "action", "result")


def test_relevance_tells_the_subject(vectors_for: Vectors) -> None:
    about = question()
    request, spoken = asked(about, "All threads share memory.")
    other, elsewhere = asked(about, "Bananas grow very slowly.")

    assert relevance(about, spoken, vectors_for(request)).value == 1.0
    assert relevance(about, elsewhere, vectors_for(other)).value == 0.0


def rate(value: float, label: str = "overall") -> DeliveryObservation:
    return DeliveryObservation(kind="speech_rate", start=0.0, end=60.0, value=value, label=label)


@pytest.mark.parametrize(
    ("language", "pace", "credit"),
    [("en", 140, 1.0), ("en", 75, 0.5), ("en", 40, 0.0), ("en", 300, 0.0), ("zh", 250, 1.0), ("zh", 365, 0.5)],
)
def test_pace_is_judged_within_the_languages_band(language: Language, pace: float, credit: float) -> None:
    judged = delivery(language, Spoken(transcript("one two three four")), [rate(pace)], 60.0)

    assert judged is not None
    assert judged.value == pytest.approx((credit + 1 + 1) / 3)


def test_long_pauses_and_fillers_cost_but_short_pauses_do_not() -> None:
    spoken = Spoken(transcript("word " * 50))
    short = DeliveryObservation(kind="pause", start=5, end=7, value=2.0)
    long = DeliveryObservation(kind="pause", start=10, end=34, value=24.0)
    fillers = [DeliveryObservation(kind="filler", start=i, end=i, label="um") for i in range(10)]

    untroubled = delivery("en", spoken, [rate(140), short], 60.0)
    halting = delivery("en", spoken, [rate(140), short, long, *fillers], 60.0)

    assert untroubled is not None and halting is not None
    assert untroubled.value == 1.0
    assert halting.value == pytest.approx(1 / 3)
    assert halting.missing == ("pauses", "fillers")
    assert [proof.supports for proof in halting.evidence] == ["pace", "pauses"]


def test_only_the_overall_rate_is_judged() -> None:
    spoken = Spoken(transcript("one two three four"))
    judged = delivery("en", spoken, [rate(300, "window"), rate(140)], 60.0)

    assert judged is not None
    assert judged.value == 1.0
    assert delivery("en", spoken, [rate(300, "window")], 60.0) is None


def test_points_of_behaviour_share_the_sentences_out(vectors_for: Vectors) -> None:
    rubric = [RubricPoint(text="listens calmly to customer"), RubricPoint(text="listens to the angry customer")]
    said = "I listen calmly to the angry customer. The angry customer talked."

    def quotes(kind: QuestionKind) -> set[str]:
        about = question(kind, rubric=rubric)
        request, spoken = asked(about, said)
        judged = coverage(about, spoken, vectors_for(request))
        assert judged is not None
        return {proof.quote for proof in judged.evidence}

    assert quotes("situational") == {"I listen calmly to the angry customer.", "The angry customer talked."}
    assert quotes("skill") == {"I listen calmly to the angry customer."}


def test_one_platitude_does_not_cover_a_rubric_of_behaviour(vectors_for: Vectors) -> None:
    about = question("situational", rubric=[RubricPoint(text=f"calm {thing}") for thing in ("voice", "hands", "eyes")])
    request, spoken = asked(about, "Just always stay calm.")
    judged = coverage(about, spoken, vectors_for(request))

    assert judged is not None
    first, *others = (proof.strength for proof in judged.evidence)
    assert all(strength < 0.75 * first for strength in others)
