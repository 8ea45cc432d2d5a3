"""The main job: recordings go in through the API, an evidence-backed report comes out."""

import httpx
import jiwer
import pytest
from running_parley import Parley

from loadtests.client import Client
from loadtests.recording import candidate_picture, jpeg
from loadtests.script import Script
from ops.evaluate.normalise import units

pytestmark = pytest.mark.cluster

Recordings = dict[str, tuple[Script, list[bytes]]]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", {"mention": "提到“团队合作”", "missed": "客户需求", "pace": "语速为每分钟"}),
        ("en", {"mention": "Mentions “teamwork”", "missed": "customer needs", "pace": "words a minute"}),
    ],
)
def test_an_interview_becomes_a_report(
    client: Client, recordings: Recordings, language: str, expected: dict[str, str]
) -> None:
    script, takes = recordings[language]
    interview = client.create_interview(script)
    session = client.invite(interview, script.candidate, photo=jpeg(candidate_picture()))
    for number, take in enumerate(takes, start=1):
        client.answer(session, number, take)
    client.submit(session)
    report = client.await_report(session, 180)

    assert client.get(f"/v1/sessions/{session['id']}")["state"] == "reported"
    assert (report["session_id"], report["interview_id"]) == (session["id"], interview["id"])
    for answer, scripted in zip(report["answers"], script.answers, strict=True):
        said = [" ".join(units(text, script.language)) for text in (scripted.spoken, answer["text"])]
        assert jiwer.wer(*said) < 0.15
        words = answer["transcript"]["words"]
        assert all(0 <= word["start"] <= word["end"] <= 60 for word in words)
        assert [word["start"] for word in words] == sorted(word["start"] for word in words)
        assert answer["score"]["status"] == "scored"
        members = answer["score"]["contributions"]
        assert sum(member["points"] for member in members) == pytest.approx(answer["score"]["score"], abs=0.2)
        quotes = [evidence["quote"] for member in members for evidence in member["evidence"] if evidence["quote"]]
        assert quotes and all(quote in answer["text"] for quote in quotes)
        assert not answer["media_problems"]
        assert any(expected["pace"] in sentence for sentence in answer["behaviours"])
    sentences = [sentence for answer in report["answers"] for sentence in answer["behaviours"]]
    assert any(expected["mention"] in sentence for sentence in sentences)
    [flag] = [flag for flag in report["flags"] if flag["code"] == "keyword_missing"]
    assert (flag["answer"], expected["missed"] in flag["follow_up"]) == (2, True)

    pauses = [seen for seen in report["answers"][0]["observations"] if seen["kind"] == "pause" and seen["value"] > 3]
    assert pauses
    identities = [seen for answer in report["answers"] for seen in answer["observations"] if seen["kind"] == "identity"]
    assert [seen["label"] for seen in identities] == ["match", "match"]

    composite = report["composite"]
    assert 0 <= composite["low"] <= composite["score"] <= composite["high"] <= 100
    weighed = sum(part["weight"] * part["score"] for part in report["dimensions"])
    assert composite["score"] == pytest.approx(weighed, abs=0.2)
    assert report["recommendation"]["advisory"] is True
    assert set(report["models"]) == {"speech", "faces", "scoring", "parley"}
    assert set(report["processing_seconds"]) == {"speech", "faces", "scoring"}


def test_the_running_system_is_ready_and_measured(parley: Parley, client: Client) -> None:
    ready = httpx.get(f"{parley.running.url}/readyz")
    assert (ready.status_code, set(ready.json().values())) == (200, {True})
    metrics = httpx.get(f"{parley.running.url}/metrics").text
    for name in ("parley_http_requests_total", "parley_batch_seconds_count", "parley_step_seconds_count"):
        assert name in metrics


def test_the_idle_cluster_stays_under_4_gb(parley: Parley) -> None:
    assert parley.idle_bytes < 4 * 1024**3
