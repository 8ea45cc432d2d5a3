"""The demonstration in a browser: a candidate opens their link in Chromium and sits the interview; then its report."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Literal

from loadtests.browser.candidate import BrowserCandidate
from loadtests.browser.chromium import chromium, require_chromium
from loadtests.browser.devices import FakeDevices, write_film
from loadtests.browser.voice import give_voice, say
from loadtests.client import Client
from loadtests.recording import candidate_picture
from loadtests.script import load_script
from ops.keys import new_key
from ops.progress import step, tell
from ops.show_report import show_report

_LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}
_REPORT_WITHIN_S = 600
_READING_S = 5

# Before Parley starts, which takes a while: raises BrowserMissing.
require_browser = require_chromium


def play(url: str) -> None:
    """Sit both interviews of the Parley at `url`, whose storage the environment names, and print the reports.

    In a window where there is a display. Raises BrowserMissing.
    """
    is_visible = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not is_visible:
        tell("There is no display here: the browser runs without a window.")
    key = asyncio.run(new_key("Demonstration", "demo"))
    with Client(url, key) as client, tempfile.TemporaryDirectory() as folder:
        film = write_film(Path(folder) / "face.y4m", candidate_picture())
        for language in _LANGUAGES:
            _sit(client, language, film, visible=is_visible)


def _sit(client: Client, language: Literal["zh", "en"], film: Path, *, visible: bool) -> None:
    script = load_script(language)
    interview = client.create_interview(script, reading_s=_READING_S)
    invitation = client.invite_by_link(interview, script.candidate, language=language)
    with chromium(FakeDevices(film, None), visible=visible) as browser:
        context = browser.new_context(permissions=["camera", "microphone"], locale=_LOCALES[language])
        give_voice(context)
        page = context.new_page()

        def speak(number: int) -> None:
            say(page, script.answers[number - 1].speech)

        candidate = BrowserCandidate(page, speak, on_screen=lambda name: tell(f"  {name}"))
        with step(f"{script.candidate} sits the interview in the browser, in real time"):
            candidate.sit(invitation["url"])
    show_report(client.await_report({"id": invitation["session_id"]}, _REPORT_WITHIN_S))
