"""The first page is small, and soon there on a slow network."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_watch import Watch
from playwright.sync_api import BrowserContext, expect

from loadtests.client import Client
from loadtests.script import load_script

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000
# Chrome's own "Fast 3G" before 2024: 1.6 Mbit/s down, 750 kbit/s up, 150 ms.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
# When the page first listens, and when its first screen is there, in ms since the navigation began.
CLOCK = """new MutationObserver(() => {
    const root = document.documentElement;
    if (root.dataset.started !== undefined) globalThis.startedAt ??= performance.now();
    if (document.querySelector('section[data-screen]')) globalThis.shownAt ??= performance.now();
}).observe(document, {subtree: true, childList: true, attributes: true});"""


def test_first_page(
    client: Client, new_context: Callable[..., tuple[BrowserContext, Watch]], screenshots: Path
) -> None:
    invitation = client.invite_by_link(client.create_interview(load_script("en")), "Ada")
    context, _ = new_context()
    context.add_init_script(CLOCK)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    received = list[int]()
    network.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    page.goto(invitation["url"])
    expect(page.get_by_role("radio").first).to_be_enabled()
    figures = {
        "requests": len(received),
        "bytes": sum(received),
        "interactive_ms": round(page.evaluate("startedAt")),
        "first_screen_ms": round(page.evaluate("shownAt")),
    }
    # A figure of this machine, not a promise: it is left beside the pictures.
    (screenshots / "first-page.json").write_text(json.dumps(figures, indent=1))
    print(figures)
    assert 0 < figures["bytes"] < MOST_BYTES
