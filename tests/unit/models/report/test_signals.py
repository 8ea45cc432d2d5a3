"""What the page tells is told on, looked at by people, and counted by nobody."""

from collections.abc import Callable
from typing import get_args

import pytest
from language_samples import TermEmbedder

from models.observation import Observation, ObservationKind
from models.report.compose import compose
from models.report.document import FlagCode, Report
from models.report.material import AnswerMaterial, InterviewMaterial
from models.report.pen import Pen
from models.report.signals import page_sentences, signal_flags
from models.scoring.answer import Answer, WrittenText
from models.scoring.batch import Ensemble
from models.scoring.score import ScoreRequest
from models.speech.transcript import Language

pytestmark = pytest.mark.unit

MakeAnswer = Callable[..., AnswerMaterial]
COMPLETE = "Threads share memory and locks protect data, mostly with a mutex."


def told(kind: ObservationKind, start: float = 0.0, end: float = 0.0, value: float | None = None) -> Observation:
    return Observation(kind=kind, start=start, end=end, value=value, label="page")


EVERYTHING = (
    told("tab_hidden", 2, 8),
    told("window_blurred", 1.5, 9),
    told("window_blurred", 20, 21),
    told("camera_lost", 3, 30),
    told("microphone_muted", 10, 17),
    told("paste", 1, 1, 150),
    told("paste", 5, 5, 90),
    told("device_changed", 12, 12),
)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "The page tells: the page was left twice, for 8 s in all.",
                "The page tells: the camera was off once, for 27 s in all.",
                "The page tells: the microphone was muted once, for 7 s in all.",
                "The page tells: text was pasted twice, 240 characters in all.",
                "The page tells: the device was changed once.",
            ],
        ),
        (
            "zh",
            [
                "页面记录：离开页面2次，共8秒。",
                "页面记录：摄像头断开1次，共27秒。",
                "页面记录：麦克风静音1次，共7秒。",
                "页面记录：粘贴文字2次，共240字。",
                "页面记录：更换设备1次。",
            ],
        ),
    ],
)
def test_each_kind_is_told_once_and_a_page_left_in_two_ways_is_one(language: Language, sentences: list[str]) -> None:
    assert page_sentences(language, [EVERYTHING]) == sentences
    assert page_sentences(language, []) == page_sentences(language, [[]]) == []


def test_times_of_different_takes_are_not_the_same_time() -> None:
    first, second = [told("tab_hidden", 0, 4)], [told("tab_hidden", 2, 6)]
    assert page_sentences("en", [first + second]) == ["The page tells: the page was left once, for 6 s in all."]
    assert page_sentences("en", [first, second]) == ["The page tells: the page was left twice, for 8 s in all."]


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        ([told("tab_hidden", 2, 7)], "page_left"),
        ([told("window_blurred", at, at + 0.5) for at in (1, 5, 9)], "page_left"),
        ([told("camera_lost", 3, 9)], "camera_lost"),
        ([told("microphone_muted", 3, 9)], "microphone_muted"),
        ([told("paste", value=120), told("paste", value=80)], "text_pasted"),
        ([told("device_changed")], "device_changed"),
    ],
)
def test_what_is_worth_a_look_is_flagged(signals: list[Observation], code: str) -> None:
    for language in get_args(Language):
        [flag] = signal_flags(Pen(language, 3), [signals], is_timed=True)
        assert (flag.code, flag.answer) == (code, 3)
        assert flag.why and flag.follow_up and "{" not in flag.why + flag.follow_up


@pytest.mark.parametrize(
    "signals", [[told("tab_hidden", 2, 6.9)], [told("window_blurred", 1, 2)] * 5, [told("paste", value=199)]]
)
def test_little_things_are_not(signals: list[Observation]) -> None:
    assert list(signal_flags(Pen("en", 1), [signals], is_timed=True)) == []


def test_only_what_was_recorded_is_shown_by_its_times() -> None:
    [timed] = signal_flags(Pen("en", 1), [[told("tab_hidden", 2, 9)]], is_timed=True)
    [untimed] = signal_flags(Pen("en", None), [[told("tab_hidden", 2, 9)]], is_timed=False)
    assert (timed.start, timed.end) == (2, 9)
    assert (untimed.start, untimed.end, untimed.answer) == (None, None, None)


def report_of(interview: InterviewMaterial, *answers: AnswerMaterial, outside: tuple[Observation, ...] = ()) -> Report:
    return compose(
        session_id="session-1",
        candidate_id="candidate-1",
        created_at="2026-11-23T10:00:00Z",
        interview=interview,
        answers=answers,
        models={"scoring": "terms@1"},
        processing_seconds={},
        outside=[outside] if outside else [],
    )


def in_writing(answer: AnswerMaterial, text: str, signals: tuple[Observation, ...] = ()) -> AnswerMaterial:
    request = ScoreRequest(question=answer.question, answer=Answer(written=WrittenText(text=text, language="en")))
    [score] = Ensemble(TermEmbedder()).score([request])
    return AnswerMaterial(question=answer.question, written=text, signals=signals, score=score)


def test_signals_change_no_score_and_no_advice(interview: InterviewMaterial, make_answer: MakeAnswer) -> None:
    spoken = make_answer(COMPLETE, seconds=60.0)
    plain = report_of(interview, spoken, in_writing(spoken, COMPLETE))
    signalled = report_of(
        interview,
        make_answer(COMPLETE, seconds=60.0, signals=EVERYTHING),
        in_writing(spoken, COMPLETE, EVERYTHING),
        outside=EVERYTHING,
    )
    assert signalled.composite == plain.composite and plain.composite.score is not None
    assert signalled.dimensions == plain.dimensions
    assert signalled.recommendation == plain.recommendation
    assert [answer.score for answer in signalled.answers] == [answer.score for answer in plain.answers]
    codes: list[FlagCode] = ["page_left", "camera_lost", "microphone_muted", "text_pasted", "device_changed"]
    assert plain.flags == ()
    assert [(flag.answer, flag.code) for flag in signalled.flags] == [
        (answer, code) for answer in (None, 1, 2) for code in codes
    ]
    assert len(signalled.outside_answers) == 5 and plain.outside_answers == ()


def test_observations_say_that_the_page_tells(interview: InterviewMaterial, make_answer: MakeAnswer) -> None:
    report = report_of(interview, make_answer(COMPLETE, seconds=60.0, signals=EVERYTHING))
    [answer] = report.answers
    page = [seen for seen in answer.observations if seen.label == "page"]
    assert len(page) == len(EVERYTHING)
    assert sum(sentence.startswith("The page tells:") for sentence in answer.behaviours) == 5


def test_a_written_answer_is_reported_as_one(interview: InterviewMaterial, make_answer: MakeAnswer) -> None:
    text = "Threads share memory.\nLocks protect data with a mutex."
    [answer] = report_of(interview, in_writing(make_answer(None), text)).answers
    assert (answer.form, answer.text, answer.transcript, answer.observations) == ("written", text, None, ())
    assert answer.score is not None and answer.score.status == "scored"
    assert "delivery" not in {part.member for part in answer.score.contributions}
    assert answer.behaviours == (
        "The answer was written: pace, pauses, fillers and face are not observed, only the content is scored.",
        "Mentions “mutex” once.",
    )


def test_what_a_written_answer_lacks_is_asked_for(interview: InterviewMaterial, make_answer: MakeAnswer) -> None:
    report = report_of(interview, in_writing(make_answer(None), "All threads share memory."))
    assert [flag.code for flag in report.flags] == ["point_missing", "keyword_missing"]
    blank = report_of(interview, in_writing(make_answer(None), "?"))
    assert [flag.code for flag in blank.flags] == ["answer_missing"]
