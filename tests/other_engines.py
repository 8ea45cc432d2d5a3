"""Firefox and WebKit, Safari's engine, with made-up cameras and microphones, each driven by its makers' protocol."""

import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import websocket
from selenium import webdriver
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

_SCRIPT_S = 30
_START_S = 60
_PREFERENCES = {
    "media.navigator.streams.fake": "true",
    "media.navigator.permission.disabled": "true",
    "media.autoplay.default": "0",
    # Nothing is asked of its makers' servers.
    "app.normandy.enabled": "false",
    "browser.region.network.url": '""',
    "datareporting.policy.dataSubmissionEnabled": "false",
    "extensions.systemAddon.update.enabled": "false",
    "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false",
    "services.settings.server": '"data:,"',
}


class Engine(Protocol):
    """An open browser window."""

    def open(self, url: str) -> None: ...

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns, or what its promise becomes; `arguments` are the script's."""

    def picture(self) -> bytes:
        """The window, as PNG."""


# Selenium drives Firefox by geckodriver, which neither apt nor pip brings, and Mozilla's marionette_driver ends with
# Python 3.12: what is needed of the protocol is here.
class Firefox:
    """Firefox by WebDriver BiDi (W3C); its microphone hums, its camera shows colours."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(f"{url}/session", timeout=_SCRIPT_S, suppress_origin=True)
        self._calls = itertools.count(1)
        self._call("session.new", capabilities={})
        [window] = self._call("browsingContext.getTree")["contexts"]
        self._window = {"context": window["context"]}

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", url=url, wait="complete", **self._window)

    def run(self, script: str, *arguments: Any) -> Any:
        # What goes in and out travels as JSON: BiDi has an encoding of its own for values.
        run = f"((...arguments) => {{ {script} }})(...JSON.parse(given))"
        called = self._call(
            "script.callFunction",
            functionDeclaration=f"async (given) => JSON.stringify((await {run}) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            awaitPromise=True,
            target=self._window,
        )
        assert called["type"] == "success", called
        return json.loads(called["result"]["value"])

    def picture(self) -> bytes:
        return base64.b64decode(self._call("browsingContext.captureScreenshot", **self._window)["data"])

    def close(self) -> None:
        self._socket.close()

    def _call(self, method: str, **parameters: Any) -> Any:
        number = next(self._calls)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        # Events come between.
        while (told := json.loads(self._socket.recv())).get("id") != number:
            continue
        assert told["type"] == "success", told
        return told["result"]


class WebKit:
    """WebKitGTK by WebDriver. With Debian's GStreamer it records sound, and of pictures nothing but an empty file."""

    def __init__(self, driver: webdriver.WebKitGTK) -> None:
        self._driver = driver
        driver.set_script_timeout(_SCRIPT_S)

    def open(self, url: str) -> None:
        self._driver.get(url)

    def run(self, script: str, *arguments: Any) -> Any:
        return self._driver.execute_async_script(_awaited(script), *arguments)

    def picture(self) -> bytes:
        return self._driver.get_screenshot_as_png()


def _awaited(script: str) -> str:
    return (
        "const [done, given] = [arguments[arguments.length - 1], [...arguments].slice(0, -1)];"
        f"(async (...arguments) => {{ {script} }})(...given).then(done, (error) => done('Error: ' + error));"
    )


@contextmanager
def firefox(folder: Path) -> Iterator[Engine]:
    """A running Firefox that keeps its files in a folder; skips the test where it is not on this machine."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        pytest.skip("Firefox is not on this machine: make browser")
    (folder / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in _PREFERENCES.items()))
    log = folder / "firefox.log"
    options = ["--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    with log.open("wb") as told:
        process = subprocess.Popen([found, *options], env=os.environ | {"HOME": str(folder)}, stdout=told, stderr=told)
    try:
        deadline = time.monotonic() + _START_S
        while not (listening := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        with closing(Firefox(listening[1])) as window:
            yield window
    finally:
        process.terminate()
        process.wait(_START_S)


@contextmanager
def webkit(folder: Path) -> Iterator[Engine]:
    """A running WebKit on a screen of its own; skips the test where it is not on this machine."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    if driver is None or screen is None or browser is None:
        pytest.skip("WebKit is not on this machine: make browser")
    options = Options()
    options.binary_location = str(browser)
    devices = ("enable-media-stream=true", "enable-mock-capture-devices=true", "autoplay-policy=allow")
    for argument in ("automation", *devices):
        options.add_argument(f"--{argument}")
    with ExitStack() as stack:
        environment = {"HOME": str(folder), "LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
        environment |= {"PATH": os.environ["PATH"], "DISPLAY": stack.enter_context(_screen(screen))}
        window = webdriver.WebKitGTK(options, Service(driver, env=environment))
        stack.callback(window.quit)
        yield WebKit(window)


@contextmanager
def _screen(program: str) -> Iterator[str]:
    """An X server that nobody looks at: its DISPLAY."""
    reader, writer = os.pipe()
    arguments = ["-displayfd", str(writer), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    process = subprocess.Popen([program, *arguments], pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            number = told.readline().strip()
        assert number, "Xvfb does not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(10)
