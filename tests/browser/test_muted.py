"""A microphone from which nothing comes, from the start: the candidate is told before the first question."""

import time
from typing import Any

import pytest
from browser_seat import one_question, take_seat
from playwright.sync_api import expect

from frontends.candidate.texts import texts
from loadtests.browser.devices import FakeDevices, silence, write_film, write_sound
from loadtests.client import Client
from loadtests.recording import candidate_picture
from loadtests.script import load_script

pytestmark = pytest.mark.browser

WORDS = texts("en")


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> FakeDevices:
    folder = tmp_path_factory.mktemp("muted")
    film = write_film(folder / "face.y4m", candidate_picture())
    return FakeDevices(film, write_sound(folder / "silence.wav", silence(120)))


def test_a_silent_microphone_is_told_within_five_seconds(client: Client, new_context: Any) -> None:
    seat = take_seat(client, new_context, one_question(load_script("en")))
    seat.candidate.practises = False
    seat.open("devices")
    seat.candidate.press("devices.start")
    expect(seat.page.get_by_role("main").get_by_text(WORDS["devices.microphone.read"])).to_be_visible()
    began = time.monotonic()
    expect(seat.page.get_by_role("main").get_by_text(WORDS["devices.microphone.silent"])).to_be_visible()
    assert time.monotonic() - began < 5
    # It keeps nobody from going on: some people know better than a meter. They are told again.
    seat.candidate.press("devices.continue")
    expect(seat.page.locator('[data-screen="practice"]')).to_be_visible()
    seat.candidate.go_on("answering")
    seat.candidate.start_recording()
    expect(seat.page.get_by_role("main").get_by_text(WORDS["answering.trouble.audio.silent"])).to_be_visible(
        timeout=5_000
    )
