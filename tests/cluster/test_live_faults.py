"""Bad chunks and kill -9 while candidates talk: what was acknowledged is kept, and every report comes once."""

import asyncio
import functools
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from running_parley import Parley, kill_whole

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import Chunk, cut, tagged
from loadtests.client import Client, Json
from loadtests.events import follow
from loadtests.faults import Faults
from loadtests.patience import patiently_now
from loadtests.record import Record
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode, lengthened
from loadtests.refused import Refused
from loadtests.script import load_script
from loadtests.take import Take

pytestmark = pytest.mark.cluster

SCRIPT = load_script("en")
QUESTION = SCRIPT.answers[1].question
SPEECH = decode(SCRIPT.answers[1].speech)
TALK_S = 8
CHUNK_S = 1.0
REPORT_WITHIN_S = 180
QUIET_S = 15  # longer than a segment takes
LEAST_SEGMENTS = 300 / 28  # that five minutes make, as long as they can be


@functools.cache
def _chunks(seconds: float = TALK_S, **choices: Any) -> list[Chunk]:
    """The beginning of an answer."""
    return cut(compose(SPEECH[: int(seconds * SAMPLE_RATE)], candidate_picture(), **choices), CHUNK_S)


def _invite(client: Client, sessions: int, **changes: Any) -> list[Json]:
    """Sessions of an interview of one question."""
    dimensions = [{"name": QUESTION["dimension"], "weight": 100}]
    interview = client.create_interview(SCRIPT, dimensions=dimensions, questions=[QUESTION | changes])
    return [client.invite(interview, f"{SCRIPT.candidate} {number}") for number in range(sessions)]


def _reports(client: Client, sessions: Sequence[Json]) -> list[Json]:
    """The reports, through the API's own unavailability meanwhile."""

    def await_report(session: Json) -> Json:
        return patiently_now(REPORT_WITHIN_S, client.await_report, session, REPORT_WITHIN_S)

    with ThreadPoolExecutor(len(sessions)) as threads:
        return list(threads.map(await_report, sessions))


def _corrupt(chunks: list[Chunk]) -> list[Chunk]:
    """The chunk in the middle holds noise."""
    middle = chunks[len(chunks) // 2]
    noise = np.random.default_rng(0).integers(0, 256, len(middle.body), np.uint8).tobytes()
    return [replace(chunk, body=noise) if chunk is middle else chunk for chunk in chunks]


def _two_resolutions() -> list[Chunk]:
    """The recorder starts anew half-way, with a smaller picture."""
    parts = [_chunks(TALK_S / 2), _chunks(TALK_S / 2, size=(320, 240))]
    bodies = [chunk for part in parts for chunk in part]
    return [Chunk(number, (number + 1) * CHUNK_S, chunk.body) for number, chunk in enumerate(bodies)]


@dataclass(frozen=True)
class Case:
    """How an answer arrives, and the report's problems with it; `is_whole`: nothing of what was said is lost."""

    problems: list[str]
    faults: Faults = field(default_factory=Faults)
    chunks: Callable[[], list[Chunk]] = _chunks
    is_whole: bool = True
    gaps: list[int] = field(default_factory=list)


CASES: dict[str, Case] = {
    "all goes well": Case([]),
    "corrupt in the middle": Case(["corrupt-parts"], chunks=lambda: _corrupt(_chunks()), is_whole=False),
    "swapped": Case([], Faults(held={1: 1, 4: 2})),
    "sent twice": Case([], Faults(duplicated=frozenset({0, 3}), unheard={2: 2})),
    "broken off": Case([], Faults(broken={1: 2}, outages={4: 1.0})),
    "announced, never stored": Case(["missing-parts"], Faults(lost={4: "announced"}), is_whole=False, gaps=[4]),
    "stored, never announced": Case(["missing-parts"], Faults(lost={4: "uploaded"}), is_whole=False, gaps=[4]),
    "never sent": Case(["missing-parts"], Faults(lost={3: "unsent", 4: "unsent"}), is_whole=False, gaps=[3, 4]),
    "late": Case([], Faults(late=frozenset({4})), gaps=[4]),
    "two resolutions": Case([], chunks=_two_resolutions, is_whole=False),
}


@dataclass(frozen=True)
class Played:
    """A case that was played, and its report's answer."""

    record: Record
    session: Json
    answer: Json


@pytest.fixture(scope="module")
def played(parley: Parley, client: Client, key: str) -> dict[str, Played]:
    """Every case, each a candidate of its own; all at once, in real time."""
    sessions = _invite(client, len(CASES))
    takes = [
        Take(1, tagged(case.chunks(), session["id"].encode()), case.faults)
        for case, session in zip(CASES.values(), sessions, strict=True)
    ]

    async def play(session: Json, take: Take) -> Record:
        return await SimulatedCandidate(parley.running.url, key, session["id"]).play([take])

    async def play_all() -> list[Record]:
        return await asyncio.gather(*map(play, sessions, takes))

    records = asyncio.run(play_all())
    answers = [report["answers"][0] for report in _reports(client, sessions)]
    return {
        name: Played(record, session, answer)
        for name, record, session, answer in zip(CASES, records, sessions, answers, strict=True)
    }


@pytest.mark.parametrize("name", CASES)
def test_chunks_that_come_badly(parley: Parley, client: Client, played: dict[str, Played], name: str) -> None:
    case, found, good = CASES[name], played[name], played["all goes well"]
    [take] = found.record.takes
    assert take.gaps == case.gaps
    listed = client.get(f"/v1/takes/{take.id}/chunks")
    assert set(listed["stored"]) == {chunk.number for chunk in take.acknowledged}
    assert listed["missing"] == sorted(case.faults.lost)
    refusals = [call.error for call in found.record.calls if isinstance(call.error, Refused)]
    assert {refused.code for refused in refusals} == ({"chunks-missing"} if case.gaps else set())

    assert [problem["code"] for problem in found.answer["media_problems"]] == case.problems
    assert found.answer["score"]["status"] == "scored"
    assert found.answer["text"]
    if case.is_whole:
        assert found.answer["text"] == good.answer["text"]
    assert parley.reports(found.session["id"]) == 1


def test_a_late_chunk_counts_although_the_session_was_submitted_before_it(
    parley: Parley, client: Client, key: str
) -> None:
    [session] = _invite(client, 1)
    chunks = tagged(_chunks(), session["id"].encode())
    late = chunks[4]

    candidate = SimulatedCandidate(parley.running.url, key, session["id"], speed=math.inf)
    [take] = asyncio.run(candidate.play([Take(1, chunks, Faults(lost={late.number: "unsent"}))])).takes
    announced = client.post(f"/v1/takes/{take.id}/chunks", {"number": late.number, **late.named})
    client.send(announced["upload"], late.body)
    client.post(f"/v1/takes/{take.id}/chunks/{late.number}/complete", late.named)
    [report] = _reports(client, [session])
    assert report["answers"][0]["media_problems"] == []


def test_a_second_take_at_once_abandons_the_first(parley: Parley, client: Client, key: str) -> None:
    [session] = _invite(client, 1)
    url = parley.running.url

    async def play() -> tuple[Refused, Record]:
        slow = SimulatedCandidate(url, key, session["id"])
        first = asyncio.create_task(slow.play([Take(1, _chunks(4))]))
        await asyncio.sleep(2.5)
        fast = SimulatedCandidate(url, key, session["id"], speed=math.inf)
        second = await fast.play([Take(1, tagged(_chunks(), b"second"))])
        with pytest.raises(Refused) as refused:
            await first
        return refused.value, second

    refused, second = asyncio.run(play())
    assert (refused.status, refused.code) == (409, "take-abandoned")
    [report] = _reports(client, [session])
    assert report["answers"][0]["media_problems"] == []
    assert {chunk.number for chunk in second.takes[0].acknowledged} == set(range(len(_chunks())))
    assert parley.reports(session["id"]) == 1


def test_a_take_over_the_limit_is_refused_and_the_one_before_counts(
    parley: Parley, client: Client, key: str, played: dict[str, Played]
) -> None:
    [session] = _invite(client, 1)
    first, second, third = (Take(1, tagged(_chunks(seconds), bytes([take]))) for take, seconds in enumerate((3, 8, 4)))
    candidate = SimulatedCandidate(parley.running.url, key, session["id"], speed=math.inf)
    with pytest.raises(Refused) as refused:
        asyncio.run(candidate.play([first, second, third]))
    assert (refused.value.status, refused.value.code) == (409, "no-takes-left")
    client.submit(session)
    [report] = _reports(client, [session])
    assert report["answers"][0]["text"] == played["all goes well"].answer["text"]


def test_an_unfinished_take_is_submitted_only_when_it_is_given_up(parley: Parley, client: Client, key: str) -> None:
    [session] = _invite(client, 1)
    candidate = SimulatedCandidate(parley.running.url, key, session["id"], speed=math.inf)
    asyncio.run(candidate.play([Take(1, _chunks(3)), Take(1, _chunks(3), Faults(stops_after=2))]))
    with pytest.raises(Refused) as refused:
        client.submit(session)
    assert (refused.value.status, refused.value.code) == (409, "uploads-unfinished")
    client.submit(session, abandon_unfinished=True)
    [report] = _reports(client, [session])
    assert report["answers"][0]["score"]["status"] == "scored"


def test_submitting_twice_at_once_gives_one_report(parley: Parley, client: Client, key: str) -> None:
    [session] = _invite(client, 1)
    candidate = SimulatedCandidate(parley.running.url, key, session["id"], speed=math.inf)
    asyncio.run(candidate.play([Take(1, tagged(_chunks(3), b"twice"))], submit=False))
    with ThreadPoolExecutor(2) as threads:
        submitted = list(threads.map(client.submit, [session, session]))
    assert {answer["state"] for answer in submitted} <= {"submitted", "reported"}
    _reports(client, [session])
    assert client.submit(session)["state"] == "reported"
    assert parley.reports(session["id"]) == 1


def test_the_work_of_a_withdrawn_session_is_dropped(parley: Parley, client: Client, key: str) -> None:
    [session] = _invite(client, 1, time_limit_s=600)
    url, once = parley.running.url, compose(SPEECH, candidate_picture())
    chunks = tagged(cut(lengthened(once, 300.0), 30.0), session["id"].encode())

    def transcribed() -> float:
        return parley.metric("parley_batch_items_sum", deployment="Transcriber")

    async def first_segments() -> None:
        finals = 0
        async with aclosing(follow(url, key, session["id"])) as events:
            async for event in events:
                finals += event.kind == "transcript" and event.data["is_final"]
                if finals == 2:
                    return

    before = transcribed()
    asyncio.run(SimulatedCandidate(url, key, session["id"], speed=math.inf).play([Take(1, chunks)]))
    asyncio.run(first_segments())
    assert client.post(f"/v1/sessions/{session['id']}/withdraw")["state"] == "withdrawn"

    # What was being computed is finished; of five minutes of speech, most is not.
    changed_at, reached = time.monotonic(), transcribed()
    while time.monotonic() < changed_at + QUIET_S:
        time.sleep(0.5)
        if (now := transcribed()) != reached:
            changed_at, reached = time.monotonic(), now
    assert reached - before < LEAST_SEGMENTS
    assert client.get(f"/v1/sessions/{session['id']}")["state"] == "withdrawn"
    assert parley.reports(session["id"]) == 0


KILLS: dict[str, Callable[[Parley], None]] = {
    "LiveAnalyst": lambda parley: parley.replica("LiveAnalyst").kill(),
    "Transcriber": lambda parley: parley.replica("Transcriber").kill(),
    "FaceAnalyst": lambda parley: parley.replica("FaceAnalyst").kill(),
    "Front": lambda parley: parley.replica("Front").kill(),
    "Postgres": lambda parley: kill_whole(parley.server("postgres")),
    "S3": lambda parley: kill_whole(parley.server("s3")),
}
CANDIDATES = 10
KILL_AFTER_S = 3.0
PATIENCE_S = 90.0


@pytest.mark.parametrize("victim", KILLS)
def test_nothing_acknowledged_is_lost_when_a_part_is_killed_while_candidates_talk(
    parley: Parley, played: dict[str, Played], victim: str
) -> None:
    url = parley.running.url
    # An organisation of its own: what others' answers left behind would spare the parts their work.
    key = parley.new_key(f"Kills {victim}")
    with Client(url, key) as client:
        sessions = _invite(client, CANDIDATES)
        chunks = _chunks()

        async def play(session: Json) -> Record:
            candidate = SimulatedCandidate(url, key, session["id"], patience_s=PATIENCE_S)
            return await candidate.play([Take(1, tagged(chunks, session["id"].encode()))])

        async def watch(session: Json) -> list[int]:
            ids: list[int] = []
            async with aclosing(follow(url, key, session["id"], patience_s=PATIENCE_S)) as events:
                async for event in events:
                    ids.append(event.id)
                    if event.kind == "state" and event.data["state"] == "reported":
                        break
            return ids

        async def kill() -> None:
            await asyncio.sleep(KILL_AFTER_S)
            KILLS[victim](parley)

        async def play_all() -> tuple[list[Record], list[int]]:
            async with asyncio.timeout(REPORT_WITHIN_S):
                watching = asyncio.create_task(watch(sessions[0]))
                records = (await asyncio.gather(*map(play, sessions), kill()))[:-1]
                return records, await watching

        records, ids = asyncio.run(play_all())
        # Whoever watches is told everything, once and in order, whatever connection was lost.
        assert ids == sorted(set(ids))
        for record in records:
            [take] = record.takes
            assert take.gaps == []
            listed = client.get(f"/v1/takes/{take.id}/chunks")
            assert (listed["stored"], listed["missing"]) == (list(range(len(chunks))), [])
        for report in _reports(client, sessions):
            [answer] = report["answers"]
            assert answer["media_problems"] == []
            assert answer["score"]["status"] == "scored"
            assert answer["text"] == played["all goes well"].answer["text"]
        assert [parley.reports(session["id"]) for session in sessions] == [1] * CANDIDATES
    parley.await_ready()
