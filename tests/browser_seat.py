"""One candidate's seat in a browser test: the invitation, the page, who sits before it, and what arrived of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
from browser_watch import Watch
from playwright.sync_api import BrowserContext, Page
from recorded import Recorded, recorded

from loadtests.browser.candidate import BrowserCandidate
from loadtests.client import Client, Json
from loadtests.script import Script


@dataclass
class Seat:
    """`candidate` sits before `page`, which is open in `context`; the enterprise looks on as `client`."""

    client: Client
    url: str
    session_id: str
    context: BrowserContext
    watch: Watch
    page: Page
    candidate: BrowserCandidate

    def prepare(self) -> None:
        """Consent, and be ready, as the page would: for tests of what comes after."""
        token = {"Authorization": f"Bearer {self.url.partition('#')[2]}"}
        with httpx.Client(base_url=self.url.partition("/interview")[0] + f"/v1/sessions/{self.session_id}/",
                          headers=token) as api:  # fmt: skip
            api.post("device", json={"device_id": "prepared-by-test"}).raise_for_status()
            notice = api.get("notice").raise_for_status().json()
            agreed = {"language": notice["language"], "notice_sha256": notice["sha256"], "choice": "accept"}
            api.post("consents", json=agreed).raise_for_status()
            found = {"latency_ms": 10, "upload_kbps": 9000, "quality": "high", "camera": "good", "browser": "a test"}
            api.post("ready", json=found).raise_for_status()

    def open(self, until: str) -> None:
        """Open the link, and go on to a screen."""
        self.candidate.open(self.url)
        self.candidate.go_on(until)

    def listen(self, seconds: float) -> None:
        """Let time pass: the microphone says something all the while."""
        self.page.wait_for_timeout(seconds * 1000)

    def session(self) -> Json:
        return self.client.get(f"/v1/sessions/{self.session_id}")  # type: ignore[no-any-return]

    def answers(self) -> list[Json]:
        """The session's answers and their takes."""
        return self.client.get(f"/v1/sessions/{self.session_id}/answers")["items"]  # type: ignore[no-any-return]

    def acknowledged(self) -> dict[str, set[int]]:
        """The chunks that were acknowledged, by take."""
        takes = [take["id"] for answer in self.answers() for take in answer["takes"]]
        return {take: set(self.client.get(f"/v1/takes/{take}/chunks")["stored"]) for take in takes}

    def recorded(self, number: int) -> Recorded:
        """The recording that counts as the answer to a question."""
        take = self.answers()[number - 1]["answer_take_id"]
        assert take is not None, f"question {number} has no answer"
        return recorded(self.client, take)


def one_question(script: Script) -> Script:
    """The interview with its first question alone."""
    [first, *_] = script.answers
    dimension = {"name": first.question["dimension"], "weight": 100}
    return replace(script, dimensions=[dimension], answers=[first])


Open = Callable[..., tuple[BrowserContext, Watch]]


def take_seat(
    client: Client, new_context: Open, script: Script, *, context: dict[str, Any] | None = None, **interview: Any
) -> Seat:
    """Invite a candidate of their own to an interview of their own, and give them a page."""
    invitation = client.invite_by_link(
        client.create_interview(script, **{"reading_s": 60} | interview), script.candidate
    )
    opened, watch = new_context(**(context or {}))
    page = opened.new_page()
    candidate = BrowserCandidate(page, lambda number: page.wait_for_timeout(4000))
    return Seat(client, invitation["url"], invitation["session_id"], opened, watch, page, candidate)
