"""An interview with an accommodation: sound alone, or in writing."""

from collections.abc import Callable
from typing import Any

import pytest
from browser_look import SCREENSHOTS, look_at
from browser_seat import Seat, one_question, take_seat
from browser_watch import Watch
from playwright.sync_api import BrowserContext, expect

from frontends.candidate.texts import texts
from loadtests.client import Client
from loadtests.script import load_script

pytestmark = pytest.mark.browser

TEXT = "I listened first, then I asked what would help, and I called back the day after."
Open = Callable[..., tuple[BrowserContext, Watch]]


def granted(client: Client, new_context: Open, **what: Any) -> Seat:
    """A seat whose candidate was granted this, before the only question."""
    seat = take_seat(client, new_context, one_question(load_script("en")))
    client.post(f"/v1/sessions/{seat.session_id}/accommodation/decision", {"granted": True, **what})
    seat.candidate.practises = False
    seat.open("answering")
    return seat


def finished(seat: Seat) -> None:
    """Use the answer, and submit."""
    seat.candidate.use()
    seat.candidate.go_on("done")


def test_in_writing(client: Client, new_context: Open) -> None:
    seat = granted(client, new_context, text_answers=True)
    seat.page.get_by_role("textbox", name=texts("en")["answering.written"]).fill(TEXT)
    expect(seat.page.get_by_text(texts("en")["answering.written.saved"], exact=True)).to_be_visible()
    look_at(seat.page, SCREENSHOTS / "beside", "written")
    seat.page.reload()
    seat.candidate.go_on("answering")
    expect(seat.page.get_by_role("textbox", name=texts("en")["answering.written"])).to_have_value(TEXT)
    finished(seat)
    assert seat.session()["state"] == "submitted"
    assert client.get(f"/v1/sessions/{seat.session_id}/answers/1/text")["text"] == TEXT
    assert seat.answers()[0]["takes"] == []


def test_sound_alone(client: Client, new_context: Open) -> None:
    seat = granted(client, new_context, audio_only=True, extra_time_percent=50)
    seat.candidate.start_recording()
    look_at(seat.page, SCREENSHOTS / "beside", "sound-alone")
    seat.listen(4)
    seat.candidate.stop_recording()
    finished(seat)
    [take] = seat.answers()[0]["takes"]
    assert (take["state"], take["content_type"]) == ("stored", "audio/webm")
