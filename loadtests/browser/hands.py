"""How a candidate presses what is on the page: with a mouse, or with the keyboard alone."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# More than any page here has places to stop at.
_MOST_STOPS = 60


class Hand(Protocol):
    """Presses buttons and chooses options."""

    def press(self, target: "Locator") -> None:
        """Press a button or a link, once it is there."""
        ...

    def choose(self, target: "Locator") -> None:
        """Choose a radio button, or tick a box."""
        ...


class Mouse:
    """Points and clicks."""

    def press(self, target: "Locator") -> None:
        target.click()

    def choose(self, target: "Locator") -> None:
        target.check()


class Keyboard:
    """Reaches everything by Tab, and sees where it is."""

    def press(self, target: "Locator") -> None:
        self._reach(target)
        target.page.keyboard.press("Enter")

    def choose(self, target: "Locator") -> None:
        self._reach(target)
        target.page.keyboard.press("Space")

    def _reach(self, target: "Locator") -> None:
        target.wait_for(state="visible")
        for _ in range(_MOST_STOPS):
            if target.evaluate("element => element === document.activeElement"):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")
