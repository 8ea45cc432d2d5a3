from collections.abc import Callable
from typing import get_args

import pytest

from models.observation import Observation
from models.report.document import Flag, FlagCode, MediaProblem
from models.report.flag_texts import FLAG_TEXTS
from models.report.flags import find_flags
from models.report.material import AnswerMaterial, PaceNorm
from models.scoring.answer import DeliveryObservation
from models.speech.transcript import Language

pytestmark = pytest.mark.unit

MakeAnswer = Callable[..., AnswerMaterial]
COMPLETE = "Threads share memory and locks protect data, mostly with a mutex."


def flags_of(answer: AnswerMaterial, language: Language = "en") -> list[Flag]:
    mentions = [Observation(kind="keyword", start=0, end=1, label="mutex")]
    said = answer.transcript is not None and "mutex" in answer.transcript.text
    return list(find_flags(language, 2, answer, mentions if said else []))


def codes(answer: AnswerMaterial) -> list[FlagCode]:
    return [flag.code for flag in flags_of(answer)]


def test_every_code_has_its_texts_in_both_languages() -> None:
    assert set(FLAG_TEXTS) == set(get_args(FlagCode))
    assert all(
        set(texts) == {"why", "follow_up"} and all(set(text) == {"en", "zh"} for text in texts.values())
        for texts in FLAG_TEXTS.values()
    )


def test_a_complete_answer_has_no_flag(make_answer: MakeAnswer) -> None:
    assert codes(make_answer(COMPLETE, seconds=60.0)) == []


def test_a_point_and_a_keyword_that_are_missing_are_asked_for_by_name(make_answer: MakeAnswer) -> None:
    point, keyword = flags_of(make_answer("All threads share memory."))

    assert (point.code, keyword.code) == ("point_missing", "keyword_missing")
    assert "locks protect data" in point.why and "locks protect data" in point.follow_up
    assert "mutex" in keyword.follow_up
    assert point.answer == 2


def test_flags_are_written_in_chinese(make_answer: MakeAnswer) -> None:
    point, _ = flags_of(make_answer("所有线程共享内存。", language="zh"), "zh")

    assert point.why == "回答中没有明确谈到“用锁保护数据”。"


@pytest.mark.parametrize("text", ["", None])
def test_a_missing_answer_is_flagged_once(make_answer: MakeAnswer, text: str | None) -> None:
    assert codes(make_answer(text)) == ["answer_missing"]


def test_a_media_problem_explains_a_missing_answer(make_answer: MakeAnswer) -> None:
    problem = MediaProblem(code="media-no-audio", text="The recording has no sound.")
    media, missing = flags_of(make_answer(None, media_problems=(problem,)))

    assert (media.code, missing.code) == ("media_problem", "answer_missing")
    assert media.why == "The recording has no sound."


def test_braces_in_a_rubric_are_plain_text(make_answer: MakeAnswer) -> None:
    problem = MediaProblem(code="x", text="{question} {0}")
    (flag,) = flags_of(make_answer(COMPLETE, media_problems=(problem,)))

    assert "{question} {0}" in flag.why


def test_unsure_recognition_is_flagged(make_answer: MakeAnswer) -> None:
    assert codes(make_answer(COMPLETE, confidence=0.5)) == ["low_recognition"]


def rates(*values: float) -> tuple[DeliveryObservation, ...]:
    windows = [
        DeliveryObservation(kind="speech_rate", start=20 * i, end=20 * i + 20, value=value, label="window")
        for i, value in enumerate(values)
    ]
    mean = sum(values) / len(values)
    overall = DeliveryObservation(kind="speech_rate", start=0, end=20 * len(values), value=mean, label="overall")
    return (overall, *windows)


def test_a_strongly_rising_pace_is_flagged_where_it_is(make_answer: MakeAnswer) -> None:
    (flag,) = flags_of(make_answer(COMPLETE, delivery=rates(100, 100, 120, 130, 160, 180)))

    assert (flag.code, flag.start, flag.end) == ("pace_rises", 80, 120)
    assert "from 100 to 170 words" in flag.why


@pytest.mark.parametrize(("rate", "codes_"), [(89.0, ["pace_unusual"]), (90.0, []), (161.0, ["pace_unusual"])])
def test_a_pace_outside_of_what_is_usual_for_the_position_is_flagged(
    make_answer: MakeAnswer, rate: float, codes_: list[FlagCode]
) -> None:
    answer = make_answer(COMPLETE, delivery=rates(rate), pace_norm=PaceNorm(40, 90.0, 160.0))
    assert codes(answer) == codes_
    if codes_:
        assert "40 answers" in flags_of(answer)[0].why


@pytest.mark.parametrize("values", [(100, 110, 120), (150, 120, 100), (100,)])
def test_an_ordinary_pace_is_not(make_answer: MakeAnswer, values: tuple[float, ...]) -> None:
    assert codes(make_answer(COMPLETE, delivery=rates(*values))) == []


def test_only_long_silences_are_flagged(make_answer: MakeAnswer) -> None:
    pauses = tuple(
        DeliveryObservation(kind="pause", start=start, end=start + value, value=value)
        for start, value in ((1, 3.0), (10, 9.0))
    )
    (flag,) = flags_of(make_answer(COMPLETE, delivery=pauses))

    assert (flag.code, flag.start, flag.end) == ("long_silence", 10, 19)


def face(kind: str, start: float, end: float, value: float | None = None, label: str | None = None) -> Observation:
    return Observation.model_validate({"kind": kind, "start": start, "end": end, "value": value, "label": label})


@pytest.mark.parametrize(
    ("faces", "code"),
    [
        ([face("frown", 0, 5), face("frown", 10, 15), face("frown", 20, 25)], "many_frowns"),
        ([face("no_face", 0, 15)], "no_face"),
        ([face("many_faces", 3, 6, value=5)], "many_faces"),
        ([face("identity", 0, 60, value=0.1, label="no_match")], "identity_no_match"),
    ],
)
def test_what_the_camera_shows_is_flagged(make_answer: MakeAnswer, faces: list[Observation], code: str) -> None:
    assert codes(make_answer(COMPLETE, faces=tuple(faces), seconds=60.0)) == [code]
    assert codes(make_answer("", faces=tuple(faces), seconds=60.0)) == ["answer_missing", code]


@pytest.mark.parametrize(
    "faces",
    [
        [face("frown", 0, 5)],
        [face("no_face", 0, 2)],
        [face("identity", 0, 60, value=0.9, label="match")],
        [face("identity", 0, 60, value=0.5, label="unsure")],
        [face("smile", 0, 30)],
    ],
)
def test_ordinary_faces_are_not(make_answer: MakeAnswer, faces: list[Observation]) -> None:
    assert codes(make_answer(COMPLETE, faces=tuple(faces), seconds=60.0)) == []
