"""An engine that gives way to its next version while it serves."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

Engine = TypeVar("Engine")

_log = structlog.get_logger()
_LOOK_EVERY_S = 5.0


class Rolling(Generic[Engine]):
    """`current` is the engine that `load` gave last. A batch that has begun ends with the engine it began with.

    `version` says, cheaply, what `load` would load now; when that changes, the new engine is loaded beside the old one,
    which serves until then, and goes on serving where the new one cannot be loaded.
    """

    def __init__(self, load: Callable[[], Engine], version: Callable[[], str]) -> None:
        self._load, self._version = load, version
        self._serves = version()
        self.current = load()
        threading.Thread(target=self._watch, daemon=True, name="next-version").start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        """Load the version that is to serve now, where another one does; one that fails is not tried again."""
        try:
            version = self._version()
        except Exception as error:  # the folder of models, or a server that has them, is away for a while
            _log.warning("next version not known, the old one serves", error=type(error).__name__)
            return
        if version == self._serves:
            return
        self._serves = version
        try:
            self.current = self._load()
        except Exception as error:
            _log.error("new version not loaded, the old one serves", version=version, error=type(error).__name__)
        else:
            _log.info("new version serves", version=version)
