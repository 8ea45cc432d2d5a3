"""A candidate who answers one question live, followed from the first word to the report."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from uuid import uuid4

import numpy as np

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import Chunk, cut
from loadtests.client import Client
from loadtests.events import LiveEvent, follow
from loadtests.record import PlayedTake, Record
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from loadtests.script import load_script
from loadtests.take import Take
from ops.errors import OperatorError

Json = dict[str, Any]
Language = Literal["zh", "en"]
# Makes an API key of an organisation, by the names of both.
NewKey = Callable[[str, str], Awaitable[str]]

TIME_LIMIT_S = 600  # of the question: longer than any answer here
_REPORT_WITHIN_S = 300


@dataclass(frozen=True)
class Answer:
    """What a candidate plays: `seconds` of recording in chunks."""

    language: Language
    chunks: tuple[Chunk, ...]

    @property
    def seconds(self) -> float:
        return self.chunks[-1].ends_at


@dataclass(frozen=True)
class Sitting:
    """One candidate's sitting: what they did, the live events that came, and the report."""

    answer: Answer
    record: Record
    events: list[LiveEvent]
    report: Json

    @property
    def take(self) -> PlayedTake:
        [take] = self.record.takes
        return take

    @property
    def submit_to_report_s(self) -> float:
        """Seconds from the accepted submission until the event came that says that the report is there."""
        assert self.record.submitted_at is not None  # these candidates have no faults that make them leave
        return self.events[-1].received_at - self.record.submitted_at

    @property
    def delays(self) -> int:
        """How often the live analysis said that it falls behind."""
        return sum(event.kind == "delay" for event in self.events)


class NoReport(OperatorError):
    """A session that was played for a benchmark got no report, or not in time."""


@cache
def shipped_answer(language: Language, seconds: float | None = None) -> Answer:
    """The first shipped answer; with `seconds`, both shipped answers over and over for so long."""
    speech = [decode(answer.speech) for answer in load_script(language).answers]
    if seconds is None:
        return Answer(language, tuple(cut(compose(speech[0], candidate_picture()))))
    samples = np.resize(np.concatenate(speech), round(seconds * SAMPLE_RATE))
    return Answer(language, tuple(cut(compose(samples, candidate_picture()))))


async def fresh_key(new_key: NewKey) -> str:
    """A key of a new organisation: what is remembered of recordings belongs to the organisation that had them."""
    return await new_key(f"Benchmark {uuid4().hex[:12]}", "bench")


def invite(client: Client, language: Language, candidates: int) -> list[str]:
    """The sessions of that many candidates, all of one interview with one question."""
    script = load_script(language)
    question = script.answers[0].question | {"time_limit_s": TIME_LIMIT_S}
    dimensions = [{"name": question["dimension"], "weight": 100}]
    interview = client.create_interview(script, questions=[question], dimensions=dimensions)
    return [client.invite(interview, f"{script.candidate} {number}")["id"] for number in range(candidates)]


async def sit(url: str, key: str, answer: Answer, speed: float = 1.0) -> Sitting:
    """Invite a candidate, play the answer, submit, and wait for the report.

    Raises NoReport, or what the candidate raises.
    """
    with Client(url, key) as client:
        [session_id] = await asyncio.to_thread(invite, client, answer.language, 1)
        candidate = SimulatedCandidate(url, key, session_id, speed=speed)
        try:
            async with asyncio.timeout(answer.seconds / speed + _REPORT_WITHIN_S), asyncio.TaskGroup() as group:
                playing = group.create_task(candidate.play([Take(1, answer.chunks)]))
                following = group.create_task(_events(url, key, session_id))
        except ExceptionGroup as both:
            # The first to fail stops the other: it is the reason.
            raise both.exceptions[0] from None
        except TimeoutError:
            raise NoReport(f"Session {session_id} has no report after {_REPORT_WITHIN_S} s.") from None
        report = await asyncio.to_thread(client.get, f"/v1/sessions/{session_id}/report")
    return Sitting(answer, playing.result(), following.result(), report)


async def _events(url: str, key: str, session_id: str) -> list[LiveEvent]:
    """All events until the report is there, that one the last."""
    found: list[LiveEvent] = []
    async with aclosing(follow(url, key, session_id)) as events:  # type: ignore[type-var]
        async for event in events:
            found.append(event)
            if event.kind == "state" and event.data["state"] == "attention":
                raise NoReport(f"Session {session_id} needs attention: processing gave up.")
            if event.kind == "state" and event.data["state"] == "reported":
                break
    return found
