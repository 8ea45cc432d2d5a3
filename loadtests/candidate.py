"""A simulated candidate: plays recordings through the chunk protocol as the candidate's page would."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from loadtests.network import Network
from loadtests.patience import patiently
from loadtests.protocol import Protocol
from loadtests.record import Call, Record
from loadtests.take import Take, TakePlayer

_REQUEST_TIMEOUT_S = 60


def _ignore(_: Call) -> None:
    pass


class SimulatedCandidate:
    """One candidate in one session, with connections of their own.

    url: the front. key: an API key of the session's organisation.
    speed: seconds of recording played per second; 1 is real time, math.inf doesn't wait at all.
    patience_s: how long a failing step (refused with 408, 429, 500, 502, 503, 504, or not reached) is tried again,
    with backoff and jitter and not before the server's Retry-After, until its error is raised.
    on_call: told of every request when it is over.
    """

    def __init__(
        self,
        url: str,
        key: str,
        session_id: str,
        *,
        speed: float = 1.0,
        patience_s: float = 60.0,
        on_call: Callable[[Call], None] = _ignore,
    ) -> None:
        self._url, self._key, self._session_id = url, key, session_id
        self._speed, self._patience_s, self._on_call = speed, patience_s, on_call

    async def play(self, takes: Sequence[Take], submit: bool = True, **choices: Any) -> Record:
        """Play the takes one after the other, then submit with `choices`; a second take of a question is a re-take.

        A candidate whose faults make them leave half-way plays no further take and doesn't submit.
        Raises Refused or httpx.TransportError where a step fails for good.
        """
        record = Record(self._session_id)

        def on_call(call: Call) -> None:
            record.calls.append(call)
            self._on_call(call)

        network = Network()
        async with httpx.AsyncClient(transport=network, base_url=self._url, timeout=_REQUEST_TIMEOUT_S) as http:
            protocol = Protocol(http, self._key, on_call)
            for take in takes:
                played = await TakePlayer(take, protocol, network, self._speed, self._patience_s).play(self._session_id)
                record.takes.append(played)
                if played.finished_at is None:
                    return record
            if submit:
                await patiently(self._patience_s, protocol.submit, self._session_id, choices)
                record.submitted_at = time.monotonic()
        return record
