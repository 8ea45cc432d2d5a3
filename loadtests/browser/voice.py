"""A candidate's voice in a page: a microphone that says a sound file when it is told to."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

_SCRIPT = Path(__file__).with_name("voice.js")


def give_voice(context: "BrowserContext") -> None:
    """Have every page of the context, opened from now on, hear this voice in place of the microphone."""
    context.add_init_script(_SCRIPT.read_text(encoding="utf-8"))


def say(page: "Page", speech: Path) -> None:
    """Say a sound file; returns when it was said."""
    page.evaluate("file => parleySay(file)", base64.b64encode(speech.read_bytes()).decode())
