"""Chromium as it stands on this machine, with fake devices; nothing is ever downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loadtests.browser.devices import FakeDevices
from loadtests.browser.errors import BrowserMissing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# As ops/install-browser.sh looks for it.
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_DEVICES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


def find_chromium() -> str | None:
    """Where Chromium or Chrome is on this machine."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def require_chromium() -> str:
    """Where Chromium or Chrome is; raises BrowserMissing where it is not, or has no Playwright to drive it."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        raise BrowserMissing("Playwright is not installed: pip install -c constraints.txt playwright") from None
    path = find_chromium()
    if path is None:
        raise BrowserMissing("Chromium is not installed: make browser")
    return path


@contextmanager
def chromium(devices: FakeDevices, *, visible: bool = False) -> Iterator["Browser"]:
    """A running Chromium with these devices, in a window where `visible`. Raises BrowserMissing."""
    path = require_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=not visible, args=[*_QUIET, *_DEVICES, *_files(devices)]
        )
        try:
            yield browser
        finally:
            browser.close()


def _files(devices: FakeDevices) -> Iterator[str]:
    if devices.film is not None:
        yield f"--use-file-for-fake-video-capture={devices.film.resolve()}"
    if devices.sound is not None:
        yield f"--use-file-for-fake-audio-capture={devices.sound.resolve()}%noloop"
