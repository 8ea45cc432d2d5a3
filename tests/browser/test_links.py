"""A link that does not open the interview says why, and what to do next."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from browser_look import SCREENSHOTS, look_at
from browser_watch import Watch
from light_front import LightFront
from playwright.sync_api import BrowserContext, Page, expect

from frontends.candidate.texts import texts
from loadtests.client import Client
from loadtests.script import load_script

pytestmark = pytest.mark.browser

Open = Callable[..., tuple[BrowserContext, Watch]]


@pytest.fixture
def opened(new_context: Open) -> Callable[[str], Page]:
    """Opens a link in a page of its own; a refusal is what the test wants, and what the browser tells of it."""

    def open_link(url: str, **options: Any) -> Page:
        context, watch = new_context(**options)
        watch.expected.append("the server responded with a status of 401")
        page = context.new_page()
        page.goto(url)
        return page

    return open_link


def is_headed(page: Page, key: str, language: str = "en") -> None:
    heading = texts(language)[key]  # type: ignore[arg-type]
    expect(page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    look_at(page, SCREENSHOTS / language, key)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_link_cut_short_or_mistyped(front: LightFront, opened: Callable[..., Page], language: str) -> None:
    locale = {"en": "en-GB", "zh": "zh-CN"}[language]
    is_headed(opened(f"{front.url}/interview", locale=locale), "link.missing.heading", language)
    wrong = f"{front.url}/interview#parleyc_{'x' * 43}"
    is_headed(opened(wrong, locale=locale), "link.unknown.heading", language)


def test_an_invitation_that_was_called_off(client: Client, opened: Callable[[str], Page]) -> None:
    invitation = client.invite_by_link(client.create_interview(load_script("en")), "Ada")
    client.post(f"/v1/invitations/{invitation['id']}/revoke")
    is_headed(opened(invitation["url"]), "link.revoked.heading")


def test_too_early_says_when_and_opens_by_itself(client: Client, opened: Callable[[str], Page]) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=12)
    interview = client.create_interview(load_script("en"), opens_at=soon.isoformat())
    page = opened(client.invite_by_link(interview, "Ada")["url"])
    is_headed(page, "early.heading")
    expect(page.get_by_role("timer")).to_be_visible()
    is_headed(page, "notice.heading")


def test_a_withdrawn_interview(client: Client, opened: Callable[[str], Page]) -> None:
    invitation = client.invite_by_link(client.create_interview(load_script("en")), "Ada")
    client.post(f"/v1/sessions/{invitation['session_id']}/withdraw")
    is_headed(opened(invitation["url"]), "ended.withdrawn.heading")


def test_an_interview_that_was_closed(client: Client, opened: Callable[[str], Page]) -> None:
    interview = client.create_interview(load_script("en"))
    invitation = client.invite_by_link(interview, "Ada")
    client.post(f"/v1/interviews/{interview['id']}/close")
    is_headed(opened(invitation["url"]), "ended.closed.heading")
