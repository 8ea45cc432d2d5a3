"""The demonstration: a Chinese and an English interview through the public API, and their reports in words."""

import asyncio
import time
from typing import Literal

from loadtests.client import Client
from loadtests.recording import candidate_picture, compose, jpeg
from loadtests.script import load_script
from ops.keys import new_key
from ops.progress import step, tell
from ops.show_report import show_report

_LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")
_REPORT_WITHIN_S = 600


def play(url: str) -> None:
    """Play both interviews against the Parley at `url`, whose storage the environment names, and print the reports."""
    with Client(url, asyncio.run(new_key("Demonstration", "demo"))) as client:
        for language in _LANGUAGES:
            _play(client, language)


def _play(client: Client, language: Literal["zh", "en"]) -> None:
    script, picture = load_script(language), candidate_picture()
    with step(f"Recording the answers of {script.candidate} ({language})"):
        recordings = [compose(answer.speech, picture) for answer in script.answers]
    with step("Creating the interview, inviting the candidate, uploading the answers"):
        interview = client.create_interview(script)
        session = client.invite(interview, script.candidate, photo=jpeg(picture))
        for number, recording in enumerate(recordings, start=1):
            client.answer(session, number, recording)
    with step("Submitting and waiting for the report"):
        submitted = time.monotonic()
        client.submit(session)
        report = client.await_report(session, _REPORT_WITHIN_S)
        waited = time.monotonic() - submitted
    show_report(report)
    tell(f"From submit to report: {waited:.1f} s.")
