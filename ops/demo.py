"""The demonstration: a Chinese and an English interview, played live through the public API, and their reports."""

import asyncio
import contextlib
import time
from typing import Literal

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import cut
from loadtests.client import Client, Json
from loadtests.events import LiveEvent, follow
from loadtests.recording import candidate_picture, compose, jpeg
from loadtests.script import Script, load_script
from loadtests.take import Take
from ops.keys import new_key
from ops.progress import step, tell
from ops.show_report import show_event, show_report

_LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")
_REPORT_WITHIN_S = 600


def play(url: str) -> None:
    """Play both interviews against the Parley at `url`, whose storage the environment names, and print the reports."""
    key = asyncio.run(new_key("Demonstration", "demo"))
    with Client(url, key) as client:
        for language in _LANGUAGES:
            script = load_script(language)
            picture = candidate_picture()
            with step(f"Recording the answers of {script.candidate} ({language})"):
                recordings = [compose(answer.speech, picture) for answer in script.answers]
            session = client.invite(client.create_interview(script), script.candidate, photo=jpeg(picture))
            asyncio.run(_answer(url, key, session, script, recordings))
            submitted = time.monotonic()
            report = client.await_report(session, _REPORT_WITHIN_S)
            waited = time.monotonic() - submitted
            show_report(report)
            tell(f"From submit to report: {waited:.1f} s.")


async def _answer(url: str, key: str, session: Json, script: Script, recordings: list[bytes]) -> None:
    """The candidate answers in real time, in chunks; what Parley finds meanwhile is printed as it finds it."""
    takes = [Take(number, cut(recording)) for number, recording in enumerate(recordings, start=1)]
    watching = asyncio.create_task(_watch(url, key, session))
    with step(f"{script.candidate} answers, in real time"):
        await SimulatedCandidate(url, key, session["id"]).play(takes)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


async def _watch(url: str, key: str, session: Json) -> None:
    started = time.monotonic()
    event: LiveEvent
    async for event in follow(url, key, session["id"]):
        show_event(event.received_at - started, event.kind, event.data)
