"""Looking at a page as people with other eyes and other windows do: axe-core, narrow and zoomed windows, pictures."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

# Where pictures of the pages are left.
SCREENSHOTS = Path(__file__).parents[1] / "build" / "screenshots"
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
# What a window of 1280 pixels shows at 200 %, and the narrowest that WCAG 2.2 wants to fit (1.4.10).
ZOOMED = ViewportSize(width=640, height=400)
NARROW = ViewportSize(width=320, height=568)

_AXE = Axe()
# WCAG 2.2 AA, and what axe's makers recommend beside it.
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong: a line for each rule, with the elements."""
    found: list[dict[str, Any]] = _AXE.run(page, options=_RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


# Of what is pressed or typed into, apart from links in running text, which WCAG 2.2 lets be small (2.5.8).
_SMALL = """() => [...document.querySelectorAll('button, select, textarea, summary, label:has(input), input')]
    .filter(element => element.checkVisibility() && !element.closest('label:has(input) input'))
    .map(element => [element.outerHTML.slice(0, 120), element.getBoundingClientRect()])
    .filter(([, box]) => box.height > 1 && (box.height < 43.5 || box.width < 43.5))
    .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


def small_targets(page: Page) -> list[str]:
    """What is pressed, and smaller than 44 x 44 pixels."""
    found: list[str] = page.evaluate(_SMALL)
    return found


class Look:
    """Looks at each screen that it is told of, and leaves pictures; `wrong` gathers what is not as it should be."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.wrong: list[str] = []
        self._page, self._folder, self._seen = page, folder, 0
        folder.mkdir(parents=True, exist_ok=True)

    def at(self, name: str) -> None:
        """Look at what is there now, in windows of several sizes; the window is then as it was."""
        page, self._seen = self._page, self._seen + 1
        before = page.viewport_size or DESK
        for label, size in {"1280": DESK, "390": PHONE}.items():
            page.set_viewport_size(size)
            page.screenshot(path=self._folder / f"{self._seen:02}-{name}-{label}.png", full_page=True)
        self.wrong += [f"{name}: {said}" for said in violations(page)]
        self.wrong += [f"{name}: small {said}" for said in small_targets(page)]
        for size in (PHONE, ZOOMED, NARROW):
            page.set_viewport_size(size)
            if wider := sideways(page):
                self.wrong.append(f"{name}: {wider} pixels too wide at {size['width']}")
        page.set_viewport_size(before)


def look_at(page: Page, folder: Path, name: str) -> None:
    """Look at one screen; asserts that nothing is wrong with it."""
    look = Look(page, folder)
    look.at(name)
    assert look.wrong == [], "\n".join(look.wrong)
