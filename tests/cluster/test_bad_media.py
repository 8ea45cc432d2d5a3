"""Recordings that nothing or little can be made of: the report arrives, says what is wrong, and scores the rest."""

from typing import Any

import media_samples
import pytest

from loadtests.client import Client, Json, Refused, announcement
from loadtests.recording import candidate_picture, compose, decode, jpeg
from loadtests.script import load_script

pytestmark = pytest.mark.cluster

SCRIPT = load_script("en")
SPEECH = decode(SCRIPT.answers[1].speech)[: 15 * 48_000]
GOOD = compose(SPEECH, candidate_picture())

# Each is the answer to a question of its own; what the report must say of it.
CASES: dict[str, tuple[bytes, str, dict[str, Any]]] = {
    "good": (GOOD, "video/webm", {"problems": [], "status": "scored"}),
    "text renamed .mp4": (
        media_samples.text_named_mp4(),
        "video/mp4",
        {"problems": ["media-unreadable"], "status": "not_scored"},
    ),
    "truncated webm": (
        media_samples.truncated(GOOD),
        "video/webm",
        {"problems": ["ends-early"], "status": "scored"},
    ),
    "cut in the header": (
        media_samples.truncated(GOOD, share=0.0001),
        "video/webm",
        {"problems": ["media-unreadable"], "status": "not_scored"},
    ),
    "video without audio": (
        media_samples.video_without_audio(),
        "video/webm",
        {"problems": ["media-no-audio"], "status": "not_scored"},
    ),
    "audio without video": (
        media_samples.audio_without_video(SPEECH),
        "audio/webm",
        {"problems": ["media-no-video"], "status": "scored"},
    ),
    "two sample rates": (
        media_samples.two_rates(SPEECH),
        "video/mpeg",
        {"problems": ["media-no-video"], "status": "scored", "says": ["important", "queue"]},
    ),
    "silence": (media_samples.silence(10), "audio/webm", {"problems": ["media-no-video"], "status": "unanswered"}),
    "music": (media_samples.music(10), "audio/webm", {"problems": ["media-no-video"], "status": "unanswered"}),
    "noise": (media_samples.noise(10), "audio/webm", {"problems": ["media-no-video"], "status": "unanswered"}),
    "4K video": (media_samples.four_k(SPEECH, seconds=3), "video/mp4", {"problems": []}),
    "3 hours": (
        media_samples.three_hours(),
        "audio/webm",
        {"problems": ["cut-at-limit", "media-no-video"], "status": "unanswered"},
    ),
    "no face": (media_samples.no_face(SPEECH, seconds=4), "video/webm", {"problems": [], "seen": "no_face"}),
    "five faces": (media_samples.five_faces(SPEECH, seconds=4), "video/webm", {"problems": [], "seen": "many_faces"}),
}


@pytest.fixture(scope="module")
def answers(client: Client) -> dict[str, Json]:
    """One session that answers with every bad recording; its report's answers by case."""
    question = SCRIPT.answers[1].question | {"time_limit_s": 30}
    interview = client.create_interview(
        SCRIPT, dimensions=[{"name": "Teamwork", "weight": 100}], questions=[question] * (len(CASES) + 1)
    )
    session = client.invite(interview, SCRIPT.candidate, photo=jpeg(candidate_picture()))
    for number, (recording, content_type, _) in enumerate(CASES.values(), start=1):
        client.answer(session, number, recording, content_type)
    client.submit(session)
    report = client.await_report(session, 300)
    unanswered = {answer["number"] for answer in report["answers"] if not answer["text"]}
    assert len(CASES) + 1 in unanswered
    assert {flag["answer"] for flag in report["flags"] if flag["code"] == "answer_missing"} == unanswered
    assert report["composite"]["score"] is not None
    flagged = {flag["answer"] for flag in report["flags"] if flag["code"] == "media_problem"}
    named = {number for number, (_, _, expected) in enumerate(CASES.values(), start=1) if expected["problems"]}
    assert flagged == named
    return dict(zip(CASES, report["answers"], strict=False))


@pytest.mark.parametrize("case", CASES)
def test_a_bad_recording_is_told_and_the_rest_is_used(answers: dict[str, Json], case: str) -> None:
    answer, expected = answers[case], CASES[case][2]
    problems = answer["media_problems"]
    assert sorted(problem["code"] for problem in problems) == sorted(expected["problems"])
    assert all(problem["text"].endswith(".") for problem in problems)
    if "status" in expected:
        assert answer["score"]["status"] == expected["status"]
    if expected.get("status") == "unanswered":
        assert answer["text"] == ""
    assert all(word in answer["text"] for word in expected.get("says", []))
    kinds = {seen["kind"] for seen in answer["observations"]}
    if "seen" in expected:
        assert expected["seen"] in kinds
    else:
        assert not kinds & {"no_face", "many_faces"}


def test_five_faces_are_counted(answers: dict[str, Json]) -> None:
    assert {seen["value"] for seen in answers["five faces"]["observations"] if seen["kind"] == "many_faces"} == {5}


def test_an_empty_file_is_refused_before_it_is_uploaded(client: Client) -> None:
    session = client.invite(client.create_interview(SCRIPT), SCRIPT.candidate)
    with pytest.raises(Refused) as refused:
        client.post(f"/v1/sessions/{session['id']}/answers/1/takes", announcement(media_samples.empty(), "video/webm"))
    assert (refused.value.status, refused.value.code) == (422, "invalid-request")


def test_an_answer_in_the_other_language_still_gives_a_report(client: Client) -> None:
    english = load_script("en")
    interview = client.create_interview(load_script("zh"))
    session = client.invite(interview, "Dana Reed")
    client.answer(session, 1, compose(decode(english.answers[0].speech)[: 10 * 48_000], None), "audio/webm")
    client.submit(session)
    assert client.await_report(session, 180)["language"] == "zh"
