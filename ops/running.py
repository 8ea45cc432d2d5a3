"""The note that a running `parley up` leaves in its home, so that other commands find it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psutil
from pydantic import BaseModel, ValidationError


class Running(BaseModel):
    """A running Parley: its addresses, and the environment that its parts were started with."""

    pid: int
    started: float
    url: str
    ray_address: str
    environment: dict[str, str]

    @classmethod
    def find(cls, home: Path) -> Self | None:
        """The Parley that runs in this home, or None."""
        try:
            note = cls.model_validate_json(_path(home).read_text(encoding="utf-8"))
            # A process id may be used again: only with its start time it names the same process.
            alive = psutil.Process(note.pid).create_time() == note.started
        except (FileNotFoundError, ValidationError, psutil.NoSuchProcess):
            return None
        return note if alive else None

    @contextmanager
    def noted(self, home: Path) -> Iterator[None]:
        """Leave the note while the context lasts, readable by its owner alone: it holds passwords."""
        path = _path(home)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self.model_dump(), file)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _path(home: Path) -> Path:
    return home / "running.json"
