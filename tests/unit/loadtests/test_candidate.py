"""A simulated candidate against a front in memory: every fault, and what the front then has."""

import asyncio
import math
import time
from typing import Any

import httpx
import pytest
from unit.loadtests.fake_front import KEY, FakeFront

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import Chunk
from loadtests.faults import Faults
from loadtests.network import Injected
from loadtests.record import Record
from loadtests.refused import Refused
from loadtests.take import Take

pytestmark = pytest.mark.unit


async def play(front: FakeFront, chunks: list[Chunk], speed: float = math.inf, **faults: Any) -> Record:
    candidate = SimulatedCandidate(front.url, KEY, "s", speed=speed, patience_s=10)
    return await candidate.play([Take(1, chunks, Faults(**faults))])


def whole(chunks: list[Chunk]) -> bytes:
    return b"".join(chunk.body for chunk in chunks)


async def test_chunks_arrive_in_order_and_the_session_is_submitted(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await play(front, chunks)
    [take] = front.takes
    assert (take.state, take.acknowledged, take.recording()) == ("stored", [0, 1, 2, 3, 4, 5], whole(chunks))
    assert front.submitted == ["s"]
    assert record.submitted_at is not None
    [played] = record.takes
    assert [one.number for one in played.acknowledged] == [0, 1, 2, 3, 4, 5]
    assert played.gaps == []
    assert len(record.seconds("announce chunk")) == len(record.seconds("complete chunk")) == 6
    assert sum(call.media_bytes for call in record.calls) == len(whole(chunks))
    assert not any(call.error for call in record.calls)


async def test_chunks_are_sent_when_they_are_recorded(front: FakeFront, chunks: list[Chunk]) -> None:
    began = time.monotonic()
    record = await play(front, chunks, speed=20)
    [played] = record.takes
    for acknowledged in played.acknowledged:
        assert acknowledged.delivered_at == pytest.approx(played.began_at + 2 * (acknowledged.number + 1) / 20)
        assert acknowledged.seconds > 0
    assert time.monotonic() - began >= 12 / 20


async def test_held_chunks_are_overtaken(front: FakeFront, chunks: list[Chunk]) -> None:
    await play(front, chunks, held={0: 1, 2: 3})
    assert front.takes[0].acknowledged == [1, 0, 3, 4, 5, 2]
    assert front.takes[0].recording() == whole(chunks)


async def test_duplicates_change_nothing(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await play(front, chunks, duplicated=frozenset({1, 5}))
    assert (front.seen["announce"], front.seen["upload"], front.seen["complete"]) == (8, 8, 8)
    assert front.takes[0].recording() == whole(chunks)
    assert [one.number for one in record.takes[0].acknowledged] == [0, 1, 2, 3, 4, 5]


async def test_broken_uploads_are_announced_and_sent_again(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await play(front, chunks, broken={2: 2, 3: 1})
    assert front.takes[0].recording() == whole(chunks)
    assert (front.seen["announce"], front.broken_uploads) == (9, 3)
    errors = [call for call in record.calls if call.error]
    assert [(call.name, type(call.error)) for call in errors] == [("upload chunk", Injected)] * 3


async def test_lost_answers_are_asked_for_again(front: FakeFront, chunks: list[Chunk]) -> None:
    await play(front, chunks, unheard={0: 1, 4: 2})
    assert (front.seen["announce"], front.seen["upload"], front.seen["complete"]) == (9, 6, 9)
    assert front.takes[0].recording() == whole(chunks)


@pytest.mark.parametrize(
    ("how", "announced", "uploaded"),
    [("unsent", False, False), ("announced", True, False), ("uploaded", True, True)],
)
async def test_a_chunk_lost_for_good_is_a_gap(
    front: FakeFront, chunks: list[Chunk], how: str, announced: bool, uploaded: bool
) -> None:
    record = await play(front, chunks, lost={3: how})
    [take] = front.takes
    assert (take.state, take.gaps, record.takes[0].gaps) == ("stored", [3], [3])
    assert (3 in take.announced, 3 in take.uploaded, 3 in take.acknowledged) == (announced, uploaded, False)
    assert (front.seen["finish"], front.seen["list"]) == (2, 1)
    assert front.submitted == ["s"]


async def test_a_lost_last_chunk_is_a_gap(front: FakeFront, chunks: list[Chunk]) -> None:
    await play(front, chunks, lost={5: "unsent"})
    assert (front.takes[0].chunks, front.takes[0].gaps) == (6, [5])


async def test_forgotten_chunks_are_sent_when_they_are_missed(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await play(front, chunks, forgotten=frozenset({1, 5}), lost={2: "unsent"})
    [take] = front.takes
    assert (take.acknowledged, take.gaps, record.takes[0].gaps) == ([0, 3, 4, 1, 5], [2], [2])


async def test_late_chunks_arrive_after_the_take_is_finished(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await play(front, chunks, late=frozenset({4}))
    [take] = front.takes
    assert (take.gaps, take.acknowledged) == ([4], [0, 1, 2, 3, 5, 4])
    assert take.recording() == whole(chunks)
    finished_at, late = record.takes[0].finished_at, record.takes[0].acknowledged[-1]
    assert finished_at is not None
    assert late.acknowledged_at > finished_at > late.delivered_at


async def test_after_a_lost_network_the_candidate_goes_on(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await play(front, chunks, outages={2: 0.7})
    assert front.takes[0].recording() == whole(chunks)
    assert front.broken_uploads == 1
    [lost, *while_down] = [call for call in record.calls if call.error]
    assert (lost.name, type(lost.error)) == ("upload chunk", Injected)
    assert all(call.name == "announce chunk" for call in while_down)
    back = min(at for at in front.seen_at["announce"] if at > lost.began)
    assert back - lost.began >= 0.7


@pytest.mark.parametrize("after", [2, 6])
async def test_a_candidate_who_leaves_finishes_and_submits_nothing(
    front: FakeFront, chunks: list[Chunk], after: int
) -> None:
    record = await play(front, chunks, stops_after=after)
    assert (front.takes[0].state, front.takes[0].acknowledged) == ("recording", list(range(after)))
    assert front.submitted == []
    assert (record.submitted_at, record.takes[0].finished_at) == (None, None)


async def test_overload_is_waited_out(chunks: list[Chunk]) -> None:
    async def overloaded(step: str, status: int) -> None:
        async with FakeFront() as front:
            front.overload[step] = [(status, 1)]
            record = await play(front, chunks[:2])
        first, second = front.seen_at[step][:2]
        assert second - first >= 1.0
        assert front.takes[-1].recording() == whole(chunks[:2])
        assert front.submitted == ["s"]
        [refused] = [call.error for call in record.calls if call.error]
        assert isinstance(refused, Refused)
        assert (refused.status, refused.code, refused.retry_after_s) == (status, "overloaded", 1.0)

    steps = ("start", "announce", "upload", "complete", "finish", "submit")
    await asyncio.gather(*(overloaded(step, status) for step in steps for status in (429, 503)))


async def test_a_refusal_that_does_not_pass_is_raised_at_once(front: FakeFront, chunks: list[Chunk]) -> None:
    with pytest.raises(Refused) as refused:
        await SimulatedCandidate(front.url, "another key", "s").play([Take(1, chunks)])
    assert (refused.value.status, front.seen["start"]) == (401, 1)


async def test_patience_ends(front: FakeFront, chunks: list[Chunk]) -> None:
    front.overload["announce"] = [(503, 0)] * 1000
    with pytest.raises(Refused, match="overloaded"):
        await SimulatedCandidate(front.url, KEY, "s", patience_s=0.5).play([Take(1, chunks[:1])])
    assert 1 < front.seen["announce"] < 1000


async def test_nobody_there_is_raised_when_patience_ends(chunks: list[Chunk]) -> None:
    with pytest.raises(httpx.ConnectError):
        await SimulatedCandidate("http://127.0.0.1:1", KEY, "s", patience_s=0.2).play([Take(1, chunks)])


async def test_a_second_take_of_a_question_is_a_retake(front: FakeFront, chunks: list[Chunk]) -> None:
    candidate = SimulatedCandidate(front.url, KEY, "s", speed=math.inf)
    record = await candidate.play([Take(1, chunks), Take(1, chunks[:2]), Take(2, chunks)], abandon_unfinished=True)
    assert [(take.question, take.state, take.chunks) for take in front.takes] == [
        (1, "stored", 6), (1, "stored", 2), (2, "stored", 6),
    ]  # fmt: skip
    assert [take.question for take in record.takes] == [1, 1, 2]
    with pytest.raises(Refused, match="no-takes-left"):
        await candidate.play([Take(1, chunks)])


async def test_submitting_can_be_left_to_others(front: FakeFront, chunks: list[Chunk]) -> None:
    record = await SimulatedCandidate(front.url, KEY, "s", speed=math.inf).play([Take(1, chunks)], submit=False)
    assert (front.submitted, record.submitted_at) == ([], None)
