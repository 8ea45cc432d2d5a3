"""How fast ten thousand candidates are invited in one request, and what the front holds meanwhile."""

import json
import threading
import time
from uuid import uuid4

import httpx
import psutil
from pydantic import BaseModel

from loadtests.client import Client
from loadtests.script import load_script
from storage.invitations.rows import MAX_ROWS

_FRONT = "ray::ServeReplica:parley:Front"
_LOOK_EVERY_S = 0.05
_TIMEOUT_S = 600.0


class InvitationsBench(BaseModel):
    """One bulk invitation of `rows` new candidates, each with an address and an invitation by mail.

    seconds: from request to answer. growth_mb: by how much the fronts' memory grew at most. The same rows again:
    again_seconds, of which none invites anybody.
    """

    rows: int
    seconds: float
    per_s: float
    growth_mb: float
    again_seconds: float


def bench_invitations(url: str, key: str, pid: int, rows: int = MAX_ROWS) -> InvitationsBench:
    """Measure the Parley at `url`, whose main process is `pid`."""
    with Client(url, key) as client:
        interview = client.create_interview(load_script("en"))
    path = f"{url}/v1/interviews/{interview['id']}/invitations/bulk"
    mark = uuid4().hex[:8]
    body = "\n".join(
        json.dumps({"name": f"Candidate {row}", "email": f"{mark}-{row}@example.org", "channel": "mail"})
        for row in range(rows)
    )
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
    with _Growth(pid) as growth:
        seconds, first = _send(path, headers, body)
    again_seconds, second = _send(path, headers, body)
    if (first["invited"], second["existing"]) != (rows, rows):
        raise RuntimeError(f"{first['invited']} were invited, and {second['existing']} existed, of {rows}")
    return InvitationsBench(
        rows=rows,
        seconds=round(seconds, 1),
        per_s=round(rows / seconds, 1),
        growth_mb=round(growth.bytes / 1e6, 1),
        again_seconds=round(again_seconds, 1),
    )


def _send(path: str, headers: dict[str, str], body: str) -> tuple[float, dict[str, int]]:
    began = time.monotonic()
    answer = httpx.post(path, headers=headers, content=body, timeout=_TIMEOUT_S).raise_for_status()
    counts: dict[str, int] = answer.json()
    return time.monotonic() - began, counts


class _Growth:
    """By how many bytes the memory of the fronts grows at most while the context lasts."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._fronts = [
            process
            for process in psutil.Process(pid).children(recursive=True)
            if any(part.startswith(_FRONT) for part in process.cmdline())
        ]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Growth":
        self._before = self._held()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_EVERY_S):
            self.bytes = max(self.bytes, self._held() - self._before)

    def _held(self) -> int:
        return sum(int(process.memory_info().rss) for process in self._fronts)
