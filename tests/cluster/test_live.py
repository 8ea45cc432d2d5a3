"""An answer in chunks is followed while it is played, and its report is that of the same recording uploaded whole."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import pytest
from running_parley import Parley

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import cut
from loadtests.client import Client, Json
from loadtests.events import LiveEvent, follow
from loadtests.record import PlayedTake
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode, jpeg
from loadtests.script import Script, load_script
from loadtests.take import Take

pytestmark = pytest.mark.cluster

TALK_S = 12
REPORT_WITHIN_S = 120
# The two paths may cut sound into portions differently, which moves the last digits of what networks return.
TIME_TOLERANCE_S = 0.05
VALUE_TOLERANCE = 0.05
SCORE_TOLERANCE = 0.5

SCRIPTS: dict[str, Script] = {language: load_script(language) for language in ("en", "zh")}


@dataclass(frozen=True)
class Analyses:
    """How many analyses of takes were found stored, and how many were made."""

    reused: float
    computed: float

    @classmethod
    def so_far(cls, parley: Parley) -> "Analyses":
        return cls(
            parley.metric("parley_steps_reused_total", step="take"),
            parley.metric("parley_step_seconds_count", step="take"),
        )

    def since(self, before: "Analyses") -> "Analyses":
        return Analyses(self.reused - before.reused, self.computed - before.computed)


@dataclass(frozen=True)
class Watched:
    """An answer that was played in real time: when, its events as they came, and the report's answer."""

    session: Json
    take: PlayedTake
    events: list[LiveEvent]
    answer: Json

    def of_kind(self, kind: str) -> list[LiveEvent]:
        return [event for event in self.events if event.kind == kind]


@dataclass(frozen=True)
class Live:
    """What was played live, by language, and the analyses of all of it."""

    watched: dict[str, Watched]
    analyses: Analyses


def _recording(script: Script) -> bytes:
    return compose(decode(script.answers[1].speech)[: TALK_S * SAMPLE_RATE], candidate_picture())


def _invite(client: Client, script: Script) -> Json:
    """A session of an interview of the script's second question alone."""
    question = script.answers[1].question
    interview = client.create_interview(
        script, dimensions=[{"name": question["dimension"], "weight": 100}], questions=[question]
    )
    return client.invite(interview, script.candidate, photo=jpeg(candidate_picture()))


async def _until_reported(url: str, key: str, session: Json, after: int = 0) -> list[LiveEvent]:
    events: list[LiveEvent] = []
    async with asyncio.timeout(REPORT_WITHIN_S + TALK_S), aclosing(follow(url, key, session["id"], after)) as live:
        async for event in live:
            events.append(event)
            if event.kind == "state" and event.data["state"] == "reported":
                break
    return events


@pytest.fixture(scope="module")
def recordings() -> dict[str, bytes]:
    return {language: _recording(script) for language, script in SCRIPTS.items()}


@pytest.fixture(scope="module")
def live(parley: Parley, client: Client, key: str, recordings: dict[str, bytes]) -> Live:
    """A candidate of each language, played through chunks in real time side by side, and watched."""
    url = parley.running.url
    before = Analyses.so_far(parley)

    async def play(session: Json, recording: bytes) -> Watched:
        watching = asyncio.create_task(_until_reported(url, key, session))
        record = await SimulatedCandidate(url, key, session["id"]).play([Take(1, cut(recording))])
        events = await watching
        answer = client.get(f"/v1/sessions/{session['id']}/report")["answers"][0]
        return Watched(session, record.takes[0], events, answer)

    async def play_all() -> list[Watched]:
        sessions = [_invite(client, script) for script in SCRIPTS.values()]
        return await asyncio.gather(*map(play, sessions, recordings.values()))

    watched = dict(zip(SCRIPTS, asyncio.run(play_all()), strict=True))
    return Live(watched, Analyses.so_far(parley).since(before))


@pytest.fixture(params=SCRIPTS)
def language(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def watched(live: Live, language: str) -> Watched:
    return live.watched[language]


def test_speech_is_told_while_it_is_played(watched: Watched) -> None:
    finished_at = watched.take.finished_at
    assert finished_at is not None
    transcripts = watched.of_kind("transcript")
    early = [event for event in transcripts if event.received_at < finished_at]
    assert early and not early[0].data["is_final"]
    for event in early:
        # Nothing can be told before it was said.
        assert watched.take.began_at + event.data["words"][-1]["start"] < event.received_at
    assert transcripts[-1].data["is_final"]
    final = [word["text"] for event in transcripts if event.data["is_final"] for word in event.data["words"]]
    assert final == [word["text"] for word in watched.answer["transcript"]["words"]]


def test_observations_are_told_and_stand_in_the_report(watched: Watched) -> None:
    told = [event.data["observation"] for event in watched.of_kind("observation")]
    assert "keyword" in {seen["kind"] for seen in told}
    reported = {(seen["kind"], seen["label"]) for seen in watched.answer["observations"]}
    lasting = {(seen["kind"], seen["label"]) for seen in told if seen["kind"] != "speech_rate"}
    assert lasting <= reported


def test_what_was_not_said_is_flagged_once_the_answer_is_over(watched: Watched) -> None:
    flags = {event.data["flag"]["code"]: event for event in watched.of_kind("flag")}
    [stored] = [event for event in watched.of_kind("take") if event.data["state"] == "stored"]
    assert flags["keyword_missing"].id > stored.id
    assert flags["keyword_missing"].data["flag"]["follow_up"]


def test_events_are_replayed_after_any_of_them(parley: Parley, key: str, watched: Watched) -> None:
    def content(events: list[LiveEvent]) -> list[tuple[int, str, Json]]:
        return [(event.id, event.kind, event.data) for event in events]

    assert [event.id for event in watched.events] == sorted({event.id for event in watched.events})
    for place in (0, len(watched.events) // 2):
        again = asyncio.run(_until_reported(parley.running.url, key, watched.session, watched.events[place].id))
        assert content(again) == content(watched.events[place + 1 :])


def test_reports_are_made_of_what_was_found_live(live: Live) -> None:
    assert live.analyses == Analyses(reused=len(SCRIPTS), computed=len(SCRIPTS))
