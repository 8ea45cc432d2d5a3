"""Listening to what a browser complains of, and whom it asks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError


@dataclass
class Watch:
    """What was heard. `expected` are parts of complaints that the test provokes itself."""

    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def check(self) -> None:
        """Fail where there was a complaint that nobody expected, or a request to a host that is not ours."""
        unexpected = [said for said in self.complaints if not any(part in said for part in self.expected)]
        assert not unexpected, unexpected
        assert not self.strangers, self.strangers


@contextmanager
def watched(context: BrowserContext, ours: Sequence[str]) -> Iterator[Watch]:
    """Watch a context; `ours` are the origins it may ask. Checked at the end, unless the test failed already."""
    watch = Watch()

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watch.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def on_error(error: WebError) -> None:
        watch.complaints.append(f"uncaught: {error.error.message}\n{error.error.stack}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((*(f"{origin}/" for origin in ours), "blob:", "data:")):
            watch.strangers.append(request.url)

    context.on("console", on_console)
    context.on("weberror", on_error)
    context.on("request", on_request)
    context.on("page", lambda page: watch.pages.append(page))
    yield watch
    watch.check()
