"""A candidate before the page: reads which screen is there, does what it asks for, and goes on to the next."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from loadtests.browser.hands import Hand, Mouse
from loadtests.browser.words import words_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_SCREEN = "main section[data-screen]"
_DEVICES_MS = 30_000
_PRACTICE_MS = 2_000


class Stuck(Exception):
    """The page shows a screen from which this candidate knows no way on."""


class BrowserCandidate:
    """Sits one interview in one page.

    speak: is called with the number of a question while its answer is recorded, and returns when everything was said.
    on_screen: is told the name of each screen, and of each phase of those that have some, while it is there.
    """

    def __init__(
        self,
        page: "Page",
        speak: Callable[[int], None],
        *,
        hand: Hand | None = None,
        on_screen: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.page = page
        self.words: Mapping[str, str] = {}
        self.speak, self.on_screen, self.hand = speak, on_screen, hand or Mouse()
        self.practises = True
        self.choice = "notice.accept"
        # Is called with the device check's sentence while it is recorded; without it the sentence is passed over.
        self.read_aloud: Callable[[str], None] | None = None
        self._answered = 0
        self._steps: dict[str, Callable[[], None]] = {
            "notice": self._agree,
            "identity-face": self._skip_face,
            "devices": self._check_devices,
            "practice": self._practise,
            "rules": self._begin,
            "answering-pause": self._resume,
            "answering": self._answer,
            "answering-review": self._submit,
        }

    def sit(self, url: str) -> None:
        """The whole interview, to its end; raises Stuck."""
        self.open(url)
        self.go_on("done")

    def open(self, url: str) -> None:
        """Open the link."""
        self.page.goto(url)
        self.words = words_of(self.page)

    def go_on(self, until: str) -> None:
        """Do what the screens ask for until the screen `until` is there; raises Stuck."""
        while (name := self.screen()) != until:
            if name not in self._steps:
                raise Stuck(f"{name}: {self.page.inner_text('main')}")
            if name == "answering":
                # Without a phase the question was not asked yet.
                self.page.locator(f"{_SCREEN}[data-phase]").wait_for()
            self.on_screen(name)
            section = self.page.locator(_SCREEN).element_handle()
            self._steps[name]()
            # The next screen is another element, also where it has the same name.
            section.wait_for_element_state("hidden")
        self.on_screen(until)

    def screen(self) -> str:
        """The name of the screen that is there."""
        return self.page.locator(_SCREEN).get_attribute("data-screen") or ""

    def button(self, key: str) -> "Locator":
        """A button of the screen, by the key of its name."""
        return self.page.get_by_role("main").get_by_role("button", name=self.words[key], exact=True)

    def press(self, *keys: str) -> None:
        """Press the one of these buttons that is there first."""
        self.hand.press(self.either(*keys))

    def either(self, *keys: str) -> "Locator":
        """The one of these buttons that can be pressed."""
        found = self.button(keys[0])
        for key in keys[1:]:
            found = found.or_(self.button(key))
        return found

    def start_recording(self) -> None:
        """Start to answer, or find that the time to read is over and the recording has begun by itself."""
        start, stop = self.button("answering.start"), self.button("answering.stop")
        start.or_(stop).wait_for()
        if start.is_visible():
            self.hand.press(start)
        stop.wait_for()

    def stop_recording(self) -> None:
        """Stop the recording; what was taken is shown."""
        self.press("answering.stop")
        self.either(*_USE).wait_for()

    def use(self) -> None:
        """Use what was taken, and go on to the next screen."""
        section = self.page.locator(_SCREEN).element_handle()
        self.press(*_USE)
        section.wait_for_element_state("hidden")

    def _agree(self) -> None:
        self.hand.choose(self.page.get_by_role("radio", name=self.words[self.choice]))
        self.press("notice.continue")

    def _skip_face(self) -> None:
        self.press("identity.face.skip")

    def _check_devices(self) -> None:
        start, network = self.button("devices.start"), self.page.locator('[data-check="network"]')
        start.or_(network).first.wait_for()
        if start.is_visible():  # who answers in writing needs no devices
            self.hand.press(start)
        network.wait_for()
        if self.page.locator('[data-check="camera"]').is_visible():
            self.page.locator('[data-check="camera"][data-state="good"]').wait_for(timeout=_DEVICES_MS)
        self.button("devices.continue").wait_for(timeout=_DEVICES_MS)
        if self.read_aloud is not None:
            self.press("devices.read.start")
            self.button("devices.read.stop").wait_for()
            self.read_aloud(self.page.locator('[data-slot="sentence"]').inner_text())
            self.press("devices.read.stop")
            self.page.locator('[data-check="microphone"][data-state="good"]').wait_for(timeout=_DEVICES_MS)
        self.on_screen("devices-checked")
        self.press("devices.continue")

    def _practise(self) -> None:
        if not self.practises:
            return self.press("practice.skip")
        self.press("practice.record")
        self.button("practice.stop").wait_for()
        self.page.wait_for_timeout(_PRACTICE_MS)
        self.press("practice.stop")
        self.button("practice.done").wait_for()
        self.on_screen("practice-recorded")
        self.press("practice.done")

    def _begin(self) -> None:
        self.press("rules.begin")

    def _resume(self) -> None:
        self.press("answering.pause.go")

    def _answer(self) -> None:
        self._answered += 1
        self.start_recording()
        self.on_screen("answering-recording")
        self.speak(self._answered)
        self.stop_recording()
        self.on_screen("answering-taken")
        self.use()

    def _submit(self) -> None:
        self.press("answering.review.submit")


_USE = ("answering.use", "answering.use_last", "answering.next", "answering.finish")
