"""A whole interview in Firefox, and in WebKit (Safari's engine), which here records sound alone."""

import io
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from other_engines import Engine, firefox, webkit
from recorded import fetched, loudness

from frontends.candidate.texts import texts
from loadtests.client import Client
from loadtests.script import load_script
from models.media.reader import MediaReader
from models.media.sound import RATE, Sound

pytestmark = pytest.mark.browser

SPEECH_S = 7.0
WITHIN_S = 40.0
WORDS = texts("en")
MAIN = "return document.querySelector('main').innerText"
# Presses the first of these buttons that can be pressed: whether there was one.
PRESS = """
    const names = arguments[0];
    const can = (one) => one.checkVisibility() && !one.disabled && names.includes(one.textContent.trim());
    const button = [...document.querySelectorAll("main button")].find(can);
    button?.scrollIntoView({ block: "center" });
    button?.click();
    return button !== undefined;
"""


def press(engine: Engine, *keys: str) -> None:
    until(engine, PRESS, [WORDS[key] for key in keys])


def until(engine: Engine, script: str, *arguments: object) -> None:
    deadline = time.monotonic() + WITHIN_S
    while (found := engine.run(script, *arguments)) is not True:
        assert time.monotonic() < deadline, f"{script} {arguments}: {found}\n{engine.run(MAIN)}"
        time.sleep(0.2)


def sit(engine: Engine, url: str, questions: int) -> str:
    """An interview to its end: what the device check said of the browser."""
    engine.open(url)
    until(engine, "const yes = document.querySelector('input[value=accept]'); yes?.click(); return yes !== null")
    press(engine, "notice.continue")
    press(engine, "devices.start")
    until(engine, "return document.querySelector('[data-action=continue]').checkVisibility()")
    said: str = engine.run("return document.querySelector('[data-check=browser] .check-words').textContent")
    press(engine, "devices.continue")
    press(engine, "practice.skip")
    press(engine, "rules.begin")
    for _ in range(questions):
        press(engine, "answering.start")
        until(engine, "return document.querySelector('[data-phase=recording]') !== null")
        time.sleep(SPEECH_S)
        press(engine, "answering.stop")
        press(engine, "answering.use", "answering.use_last")
    press(engine, "answering.review.submit")
    until(engine, "return document.querySelector('section[data-screen=done]') !== null")
    return said


@pytest.mark.parametrize(
    ("opened", "said", "content_type"),
    [
        pytest.param(firefox, "devices.browser.good", "video/webm", id="firefox"),
        pytest.param(webkit, "devices.browser.sound_alone", "audio/mp4", id="webkit"),
    ],
)
def test_whole_interview(
    opened: Callable[[Path], AbstractContextManager[Engine]],
    said: str,
    content_type: str,
    client: Client,
    tmp_path: Path,
    screenshots: Path,
) -> None:
    script = load_script("en")
    invitation = client.invite_by_link(client.create_interview(script, reading_s=60), script.candidate)
    with opened(tmp_path) as engine:
        assert sit(engine, invitation["url"], len(script.answers)) == WORDS[said]
        (screenshots / f"{opened.__name__}.png").write_bytes(engine.picture())
    for answer in client.get(f"/v1/sessions/{invitation['session_id']}/answers")["items"]:
        [take] = answer["takes"]
        assert (take["content_type"], take["state"]) == (content_type, "stored")
        assert take["chunks"] >= 2  # it was sent while it was recorded
        # As Parley reads it: the last packets of GStreamer's mp4 are broken.
        reader = MediaReader(io.BytesIO(fetched(client, take["id"])))
        events = list(reader.events())
        sound = np.concatenate([event.samples for event in events if isinstance(event, Sound)])
        assert len(sound) / RATE > SPEECH_S - 1 and reader.gaps == []
        assert loudness(sound) > 0.005
        assert reader.problems == (set() if content_type.startswith("video") else {"media-no-video"})
