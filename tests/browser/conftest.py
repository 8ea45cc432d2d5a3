"""A light front over real storage, and one Chromium at a time whose every complaint fails the test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import failing_s3
import numpy as np
import pytest
from browser_look import SCREENSHOTS
from browser_watch import Watch, watched
from cryptography.fernet import Fernet
from failing_s3 import FailingS3
from light_front import LightFront, light_front
from playwright.sync_api import Browser, BrowserContext, expect

from loadtests.browser.chromium import chromium as opened_chromium
from loadtests.browser.devices import FakeDevices, write_film, write_sound
from loadtests.client import Client
from loadtests.recording import candidate_picture, decode
from loadtests.script import load_script
from ops.embedded import EmbeddedServers
from storage.media.store import MediaStore
from storage.migrate import migrate
from storage.settings import StorageSettings

# A browser may be slow where the machine is: what a page shall show is waited for so long, in milliseconds.
PATIENCE_MS = 20_000
# One English answer after the other takes about a minute.
_MINUTES = 5
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def s3(browser_servers: EmbeddedServers) -> Iterator[FailingS3]:
    """The S3 that the front and the browser use; it fails where a test wants."""
    with failing_s3.before(browser_servers.s3.url) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def browser_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(tmp_path_factory.mktemp("home")) as servers:
        yield servers


@pytest.fixture(scope="session")
def storage_settings(browser_servers: EmbeddedServers, s3: FailingS3) -> StorageSettings:
    settings = StorageSettings.model_validate(
        {
            "database_url": browser_servers.database_url,
            "s3_url": s3.url,
            "s3_access_key": browser_servers.s3.access_key,
            "s3_secret_key": browser_servers.s3.secret_key,
            "field_keys": Fernet.generate_key().decode(),
            "s3_bucket": "browser-tests",
        }
    )
    migrate(settings)
    MediaStore(settings).create_bucket()
    return settings


@pytest.fixture(scope="session")
def front(storage_settings: StorageSettings) -> Iterator[LightFront]:
    with light_front(storage_settings) as running:
        yield running


@pytest.fixture(scope="session")
def client(front: LightFront) -> Iterator[Client]:
    """An enterprise, with everything allowed."""
    with Client(front.url, front.new_key("Browser tests")) as enterprise:
        yield enterprise


@pytest.fixture(scope="session")
def devices(tmp_path_factory: pytest.TempPathFactory) -> FakeDevices:
    """A camera that sees a face, and a microphone that hears English answers for some minutes."""
    folder = tmp_path_factory.mktemp("devices")
    film = write_film(folder / "face.y4m", candidate_picture())
    speech = np.concatenate([decode(answer.speech) for answer in load_script("en").answers])
    return FakeDevices(film, write_sound(folder / "speech.wav", np.tile(speech, _MINUTES)))


@pytest.fixture(scope="module")
def chromium(devices: FakeDevices) -> Iterator[Browser]:
    """A running browser. Of the module: Playwright's loop must not run while asynchronous tests do."""
    visible = os.environ.get("PARLEY_TEST_BROWSER_VISIBLE") == "1"
    with opened_chromium(devices, visible=visible) as browser:
        yield browser


@pytest.fixture
def new_context(chromium: Browser, front: LightFront) -> Iterator[Callable[..., tuple[BrowserContext, Watch]]]:
    """Makes a context of its own (cookies, storage) with camera and microphone allowed, as a device of a candidate.

    At the end of the test nothing may have been complained of, nor asked of a host that is not ours.
    """
    with ExitStack() as stack:

        def make(**options: object) -> tuple[BrowserContext, Watch]:
            settings = {"permissions": ["camera", "microphone"], "locale": "en-GB"} | options
            context = chromium.new_context(**settings)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            return context, stack.enter_context(watched(context, [front.url, front.s3_url]))

        yield make


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the pages are left to be looked at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
