import io

import numpy as np
import pytest
from unit.loadtests.fake_front import KEY, FakeFront

from loadtests.chunks import Chunk
from loadtests.recording import SAMPLE_RATE
from models.media.audio import decode_audio
from ops.bench import sitting
from ops.bench.sitting import Answer, NoReport, fresh_key, shipped_answer, sit

pytestmark = pytest.mark.unit

ANSWER = Answer("en", (Chunk(0, 2.0, b"one"), Chunk(1, 3.0, b"two")))


def event(number: int, kind: str, **data: object) -> dict[str, object]:
    return {"id": number, "kind": kind, "data": data, "created_at": "2026-01-01T00:00:00Z"}


async def test_a_candidate_is_followed_until_the_report_is_there() -> None:
    async with FakeFront() as front:
        front.events = [event(1, "transcript", words=[]), event(2, "delay", reason="late")]
        front.events += [event(3, "state", state="reported"), event(4, "take", state="stored")]
        sat = await sit(front.url, KEY, ANSWER, speed=20.0)
    [take] = front.takes
    assert take.state == "stored" and take.recording() == b"onetwo"
    assert [found.kind for found in sat.events] == ["transcript", "delay", "state"]
    assert (sat.delays, sat.report, sat.answer.seconds) == (1, {"answers": []}, 3.0)
    assert sat.record.submitted_at is not None and sat.take.finished_at is not None
    assert sat.submit_to_report_s == sat.events[-1].received_at - sat.record.submitted_at


async def test_a_session_that_needs_attention_ends_it() -> None:
    async with FakeFront() as front:
        front.events = [event(1, "state", state="attention")]
        with pytest.raises(NoReport):
            await sit(front.url, KEY, ANSWER, speed=20.0)


async def test_every_key_is_of_a_new_organisation() -> None:
    async def new_key(organisation: str, _name: str) -> str:
        return organisation

    assert await fresh_key(new_key) != await fresh_key(new_key)


def test_a_long_answer_says_the_shipped_ones_over_and_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two answers of a second each, a tone and silence."""
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE, dtype=np.float32) / SAMPLE_RATE)
    answers = iter([tone, np.zeros_like(tone)])
    monkeypatch.setattr(sitting, "decode", lambda _: next(answers))
    answer = shipped_answer.__wrapped__("zh", 5.0)
    assert answer.seconds == pytest.approx(5.0, abs=0.2)
    assert [chunk.number for chunk in answer.chunks] == [0, 1, 2]
    heard = decode_audio(io.BytesIO(b"".join(chunk.body for chunk in answer.chunks))).samples
    middles = [heard[round((n + 0.3) * 16_000) : round((n + 0.7) * 16_000)] for n in range(5)]
    assert [float(np.abs(middle).max()) > 0.2 for middle in middles] == [True, False, True, False, True]
