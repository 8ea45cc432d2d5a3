"""A whole interview in the browser: every screen is looked at, and what was recorded has arrived in whole."""

from pathlib import Path
from typing import Any, Literal

import pytest
from browser_look import Look
from browser_seat import Seat, take_seat
from light_front import LightFront
from recorded import loudness

from frontends.candidate.texts import texts
from loadtests.browser.hands import Keyboard
from loadtests.client import Client
from loadtests.script import load_script

pytestmark = pytest.mark.browser

SCREENS = {
    "notice", "devices", "devices-checked", "practice", "practice-recorded", "rules", "answering",
    "answering-recording", "answering-taken", "answering-review", "done",
}  # fmt: skip


def sit(seat: Seat) -> None:
    seat.candidate.sit(seat.url)


def check_arrived(seat: Seat, at_least: float) -> None:
    """The session is submitted, and both answers are there: sound and pictures, without gaps."""
    assert seat.session()["state"] == "submitted"
    for number in (1, 2):
        answer = seat.recorded(number)
        assert answer.seconds > at_least and answer.gaps == [], answer
        # Pictures of the page, taken meanwhile, cost some of the camera's.
        assert answer.pictures > 2 * answer.seconds, answer
        assert loudness(answer.sound) > 0.005


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whole_interview(
    client: Client, new_context: Any, front: LightFront, screenshots: Path, language: Literal["en", "zh"]
) -> None:
    """In both languages, the Chinese one with the keyboard alone. Pictures of every screen are left to be looked at."""
    locale = {"en": "en-GB", "zh": "zh-CN"}[language]
    front.exchanges.clear()
    seat = take_seat(client, new_context, load_script(language), context={"locale": locale}, reading_s=30)
    if language == "zh":
        seat.candidate.hand = Keyboard()
    look, seen = Look(seat.page, screenshots / language), set[str]()

    def at(name: str) -> None:
        seen.add(name)
        look.at(name)
        assert seat.page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]

    seat.candidate.on_screen = at
    sit(seat)
    assert seen == SCREENS
    assert look.wrong == [], "\n".join(look.wrong)
    check_arrived(seat, at_least=4)
    # The link is used now: it says so, and what happens next.
    seat.page.reload()
    seat.page.locator('section[data-screen="done"]').wait_for()
    assert seat.page.get_by_role("heading", level=1).inner_text() == texts(language)["done.heading"]
