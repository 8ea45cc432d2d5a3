from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from models.observation import Observation
from models.report.compose import compose
from models.report.document import Flag, MediaProblem, Report
from models.report.material import AnswerMaterial, InterviewMaterial
from models.report.session_flags import identity_check_flag
from models.scoring.answer import DeliveryObservation, delivery_only

pytestmark = pytest.mark.unit

MakeAnswer = Callable[..., AnswerMaterial]
SMILE = Observation(kind="smile", start=1.0, end=3.0)


def report_of(interview: InterviewMaterial, *answers: AnswerMaterial, session_flags: Sequence[Flag] = ()) -> Report:
    return compose(
        session_id="session-1",
        candidate_id="candidate-1",
        created_at="2026-11-23T10:00:00Z",
        interview=interview,
        answers=answers,
        models={"speech": "whisper@1", "faces": "centerface@1"},
        processing_seconds={"speech": 1.5, "scoring": 0.2},
        session_flags=session_flags,
    )


@pytest.fixture
def answers(make_answer: MakeAnswer) -> list[AnswerMaterial]:
    rate = DeliveryObservation(kind="speech_rate", start=0.0, end=5.0, value=130.0, label="overall")
    return [
        make_answer("Threads share memory and locks, such as a mutex, protect data.", delivery=(rate,), faces=(SMILE,)),
        make_answer(""),
        make_answer(None, media_problems=(MediaProblem(code="media-no-audio", text="No sound."),)),
    ]


def test_the_same_input_gives_the_same_bytes(interview: InterviewMaterial, answers: list[AnswerMaterial]) -> None:
    first, second = (report_of(interview, *answers).model_dump_json() for _ in range(2))

    assert first == second
    assert Report.model_validate_json(first).model_dump_json() == first


def test_every_answer_has_its_section(interview: InterviewMaterial, answers: list[AnswerMaterial]) -> None:
    report = report_of(interview, *answers)

    assert [section.number for section in report.answers] == [1, 2, 3]
    assert [section.score.status if section.score else None for section in report.answers] == [
        "scored",
        "unanswered",
        "not_scored",
    ]
    assert report.answers[0].behaviours == (
        "Mentions “mutex” once.",
        "Speaks 130 words a minute.",
        "Smiles once, for 2 s in all.",
    )
    assert [seen.kind for seen in report.answers[0].observations] == ["speech_rate", "smile", "keyword"]
    assert [(flag.answer, flag.code) for flag in report.flags] == [
        (2, "answer_missing"),
        (3, "media_problem"),
        (3, "answer_missing"),
    ]
    assert report.recommendation.code == "unsure"
    assert list(report.models) == ["faces", "speech"]


def test_faces_never_change_a_score(interview: InterviewMaterial, make_answer: MakeAnswer) -> None:
    text = "Threads share memory and locks protect data."
    frowns = tuple(Observation(kind="frown", start=i, end=i + 4.0) for i in range(0, 50, 5))
    plain = report_of(interview, make_answer(text))
    frowning = report_of(interview, make_answer(text, faces=frowns, seconds=60.0))

    assert frowning.composite == plain.composite
    assert frowning.answers[0].score == plain.answers[0].score
    assert "many_frowns" in {flag.code for flag in frowning.flags}


def test_a_flag_of_the_session_stands_first_and_changes_no_score(
    interview: InterviewMaterial, answers: list[AnswerMaterial]
) -> None:
    flag = identity_check_flag("en", "no_match")
    assert flag is not None
    plain, flagged = report_of(interview, *answers), report_of(interview, *answers, session_flags=[flag])
    assert flagged.flags == (flag, *plain.flags) and flagged.composite == plain.composite
    assert (flagged.flags[0].answer, flagged.recommendation.code) == (None, "unsure")


def test_an_answer_that_never_reached_scoring_opens_the_interval(
    interview: InterviewMaterial, make_answer: MakeAnswer
) -> None:
    question = make_answer(None).question
    report = report_of(interview, AnswerMaterial(question=question))

    assert report.answers[0].score is None
    assert (report.composite.score, report.composite.low, report.composite.high) == (None, 0, 100)
    assert [flag.code for flag in report.flags] == ["answer_missing"]


def test_a_chinese_interview_is_reported_in_chinese(make_answer: MakeAnswer) -> None:
    interview = InterviewMaterial(id="i", title="工程师", language="zh", dimensions={"Skill": 1})
    report = report_of(interview, make_answer("所有线程都共享内存。", language="zh"))

    assert report.flags[0].follow_up == "关于“用锁保护数据”，能请您举个具体的例子吗？"
    assert report.recommendation.words.endswith("由人做出决定。")


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in {"Report": schema, **schema["$defs"]}.items():
        for field, shape in part.get("properties", {}).items():
            yield f"{name}.{field}", shape


def test_every_field_of_the_public_document_is_described() -> None:
    # Words and observations are the shared contracts of models/; their units stand in their own descriptions.
    shared = ("Word.", "Transcript.", "Observation.")
    undescribed = [
        name
        for name, shape in fields(Report.model_json_schema())
        if "description" not in shape and not name.startswith(shared)
    ]

    assert undescribed == []


def test_another_voice_is_observed_and_flagged_and_changes_no_score_and_no_advice(
    interview: InterviewMaterial, answers: list[AnswerMaterial]
) -> None:
    seen = Observation(kind="another_voice", start=12.0, end=21.5, value=0.52)
    plain = report_of(interview, *answers)
    report = report_of(interview, replace(answers[0], voices=(seen,)), *answers[1:])

    [flag] = [one for one in report.flags if one.code == "another_voice"]
    assert (flag.answer, flag.start, flag.end) == (1, 12.0, 21.5)
    assert "10 s" in flag.why and "no score uses it" in flag.why
    assert seen in report.answers[0].observations
    unseen = report.answers[0].model_copy(
        update={"observations": tuple(one for one in report.answers[0].observations if one != seen)}
    )
    # Nothing else differs: not a score, not an interval, not the advice.
    assert plain == report.model_copy(
        update={
            "answers": (unseen, *report.answers[1:]),
            "flags": tuple(one for one in report.flags if one != flag),
        }
    )


def test_scoring_cannot_take_another_voice() -> None:
    seen = Observation(kind="another_voice", start=12.0, end=21.5, value=0.52)
    assert delivery_only([seen]) == ()
    with pytest.raises(ValidationError):
        DeliveryObservation(**dict(seen))
