"""What is not about recording: who it is, help, adjustments, withdrawing, another window, a lost connection."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from browser_look import SCREENSHOTS, look_at
from browser_seat import one_question, take_seat
from browser_watch import Watch
from light_front import LightFront
from playwright.sync_api import BrowserContext, Page, expect
from sent_codes import sent_code, wrong_code

from loadtests.client import Client
from loadtests.script import load_script
from storage.database import Database
from storage.settings import StorageSettings

pytestmark = pytest.mark.browser

BESIDE = SCREENSHOTS / "beside"

Open = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def invitation(client: Client) -> dict[str, Any]:
    return client.invite_by_link(client.create_interview(load_script("en")), "Ada")


@pytest.fixture
def page(new_context: Open, invitation: dict[str, Any]) -> Page:
    """The page at the notice."""
    context, _ = new_context()
    opened = context.new_page()
    opened.goto(invitation["url"])
    at(opened, "notice")
    return opened


def at(page: Page, screen: str) -> None:
    expect(page.locator(f"section[data-screen={screen}]")).to_be_visible()


def accept(page: Page, biometrics: bool = False) -> None:
    page.get_by_role("radio", name="I accept").check()
    if biometrics:
        page.get_by_role("checkbox", name="My face may be compared").check()
    page.get_by_role("button", name="Continue").click()


def code_in_outbox(storage: StorageSettings, session_id: str) -> str:
    """The code that was sent, read in a thread: Playwright's loop runs in the test's."""

    async def read() -> str:
        async with Database(storage) as database, database.operator() as connection:
            return await sent_code(connection, UUID(session_id))

    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(read())))
    thread.start()
    thread.join()
    return found[0]


def test_a_code_then_the_face_against_an_identity_card(
    new_context: Open, storage_settings: StorageSettings, front: LightFront
) -> None:
    key = front.new_key("Asks who it is")
    policy = {"one_time_code": "required", "identity": "optional"}
    headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    assert httpx.patch(f"{front.url}/v1/policy", json=policy, headers=headers).status_code == 200
    with Client(front.url, key) as client:
        interview = client.create_interview(load_script("en"))
        invitation = client.invite_by_link(interview, "Ada", email="ada@example.org", phone="+8613800138000")
    context, watch = new_context()
    watch.expected.append("the server responded with a status of 409")  # the wrong code
    page = context.new_page()
    page.goto(invitation["url"])
    accept(page, biometrics=True)
    at(page, "identity-code")
    page.get_by_role("radio", name="E-mail").check()
    look_at(page, BESIDE, "identity-address")
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_text("The code is on its way to a")).to_be_visible()
    expect(page.get_by_role("button", name="A new code can be sent in")).to_be_disabled()
    code = code_in_outbox(storage_settings, invitation["session_id"])
    field = page.get_by_label("Code with six digits")
    field.fill(wrong_code(code))
    expect(page.get_by_text("This code is not right")).to_be_visible()
    look_at(page, BESIDE, "identity-code")
    field.fill(f" {code[:3]} {code[3:]}")  # as mail programs copy it

    at(page, "identity-face")
    front.live.face = "unsure"
    try:
        page.get_by_role("button", name="Turn on the camera").click()
        for _ in ("the card", "the face"):
            page.get_by_role("button", name="Take the picture").click()
            expect(page.get_by_alt_text("The picture that you took")).to_be_visible()
            page.get_by_role("button", name="Use this picture").click()
        expect(page.get_by_text("We cannot tell for sure. A person will look at it")).to_be_visible()
        look_at(page, BESIDE, "identity-verdict")
    finally:
        front.live.face = "match"
    page.get_by_role("button", name="Continue").click()
    at(page, "devices")


def test_help_is_live_both_ways(client: Client, page: Page, invitation: dict[str, Any]) -> None:
    chat = f"/v1/sessions/{invitation['session_id']}/chat"
    page.get_by_role("button", name="Need help?").click()
    page.get_by_label("Your message").fill("The camera does not open.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("The camera does not open.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("")
    client.post(chat, {"text": "Please allow it <b>in the browser</b>."})
    expect(page.get_by_role("log").get_by_text("Please allow it <b>in the browser</b>.")).to_be_visible()
    expect(page.locator("#unread")).to_be_hidden()
    look_at(page, BESIDE, "chat")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Need help?")).to_be_focused()
    client.post(chat, {"text": "Does it work now?"})
    expect(page.get_by_role("button", name="1 unread message")).to_be_visible()
    page.reload()
    at(page, "notice")
    page.get_by_role("button", name="Need help?").click()
    expect(page.get_by_role("log").get_by_role("listitem")).to_have_count(3)


def test_an_adjustment_is_asked_for_and_its_decision_seen(
    client: Client, page: Page, invitation: dict[str, Any]
) -> None:
    page.get_by_role("button", name="Request an adjustment").click()
    dialog = page.get_by_role("dialog", name="What would help you?")
    dialog.get_by_role("button", name="Send the request").click()
    expect(dialog.get_by_text("Please choose something")).to_be_visible()
    dialog.get_by_label("More time").select_option("50")
    dialog.get_by_role("checkbox", name="To answer by voice alone").check()
    dialog.get_by_role("button", name="Send the request").click()
    expect(dialog.get_by_text("Your request was sent.")).to_be_visible()
    path = f"/v1/sessions/{invitation['session_id']}/accommodation/decision"
    client.post(path, {"granted": True, "reply": "Good luck!"})
    expect(dialog.get_by_text("Granted: 50 % more time, answers by voice alone.")).to_be_visible()
    expect(dialog.get_by_text("Good luck!")).to_be_visible()
    look_at(page, BESIDE, "accommodation")


def test_withdrawing_is_asked_about_once_more(client: Client, page: Page, invitation: dict[str, Any]) -> None:
    session = f"/v1/sessions/{invitation['session_id']}"
    page.get_by_role("button", name="Withdraw").click()
    look_at(page, BESIDE, "withdraw")
    page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    assert client.get(session)["state"] == "opened"
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    at(page, "ended-withdrawn")
    assert client.get(session)["state"] == "withdrawn"
    expect(page.get_by_role("button", name="Withdraw")).to_be_hidden()


def test_the_newer_window_takes_over_and_the_older_can_take_it_back(page: Page, invitation: dict[str, Any]) -> None:
    newer = page.context.new_page()
    newer.goto(invitation["url"])
    at(newer, "notice")
    at(page, "replaced")
    look_at(page, BESIDE, "replaced")
    page.get_by_role("button", name="Go on here instead").click()
    at(page, "notice")
    at(newer, "replaced")


def test_the_other_language_keeps_the_link(page: Page) -> None:
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1, name="面试开始之前")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("radio", name="I accept")).to_be_visible()


def test_a_lost_connection_is_told_and_waited_for(new_context: Open, invitation: dict[str, Any]) -> None:
    context, watch = new_context()
    watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
    page = context.new_page()
    page.goto(invitation["url"])
    at(page, "notice")
    context.set_offline(True)
    expect(page.get_by_text("No connection at the moment.").first).to_be_visible()
    accept(page)
    page.wait_for_timeout(1000)
    at(page, "notice")
    context.set_offline(False)
    at(page, "devices")
    expect(page.locator("#offline")).to_be_hidden()


def test_a_browser_that_cannot_record_offers_the_link(new_context: Open, invitation: dict[str, Any]) -> None:
    context, _ = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write", "camera", "microphone"])
    page = context.new_page()
    page.add_init_script("delete globalThis.MediaRecorder")
    page.goto(invitation["url"])
    at(page, "browser")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("Copied.").last).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == invitation["url"]


def test_who_declines_the_ai_is_shown_to_none(client: Client, new_context: Open, front: LightFront) -> None:
    front.exchanges.clear()
    seat = take_seat(client, new_context, one_question(load_script("en")))
    seat.candidate.choice, seat.candidate.practises = "notice.decline", False
    seat.open("answering")
    assert not [exchange.path for exchange in front.exchanges if exchange.path.endswith(("/picture", "/speech"))]
    assert client.get(f"/v1/sessions/{seat.session_id}/device-check")["camera"] is None
