"""A connection to one Triton inference server, for any number of graphs and threads."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Self, TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential
from tritonclient.grpc.aio import InferenceServerClient  # type: ignore[import-untyped]
from tritonclient.utils import InferenceServerException  # type: ignore[import-untyped]

from models.graphs.errors import GraphError, GraphRefused, GraphUnavailable, WrongGraph
from models.graphs.loop_thread import LoopThread
from models.graphs.shared_tensors import Region, RegionPool

Result = TypeVar("Result")
Request = Callable[[InferenceServerClient], Awaitable[Result]]

_CHANNEL = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # A server that comes back is to be found at once: by default gRPC waits up to two minutes between its attempts.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # A server whose machine is gone answers nothing, not even that it is gone.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
]
_LOCAL = ("localhost:", "127.0.0.1:", "[::1]:", "unix:")


class TritonConnection:
    """Triton at `url` (host:port of its gRPC service).

    One request has `deadline_s` seconds. While the server is away, or refuses because its queue is full, a request is
    tried again, at longer and longer intervals of at most 2 s, until `patience_s` seconds have passed.
    """

    def __init__(self, url: str, deadline_s: float = 10.0, patience_s: float = 60.0) -> None:
        self.url = url
        self.deadline_s = deadline_s
        self._patience_s = patience_s
        self._loop = LoopThread(f"triton {url}")
        self._client: InferenceServerClient = self._loop.run(_connect(url))
        self._regions: RegionPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection. Its graphs are of no more use."""
        if self._regions is not None:
            self._loop.run(_forget(self._client, self._regions.close()))
        self._loop.run(self._client.close())
        self._loop.close()

    def ready(self, model: str = "", version: str = "") -> bool:
        """Whether the server is up with all its models, or with this version of one. Asks once, for 1 s at most."""
        try:
            if not model:
                return bool(self._loop.run(self._client.is_server_ready(client_timeout=1.0)))
            return bool(self._loop.run(self._client.is_model_ready(model, version, client_timeout=1.0)))
        except InferenceServerException:
            return False

    def regions(self) -> RegionPool | None:
        """Shared memory for tensors, where the server is on this machine and sees this machine's memory.

        One in a container of its own does not. Raises as `call` does, for it waits for the server.
        """
        if self._regions is None and self.url.startswith(_LOCAL):
            trial = Region(1)
            try:
                self.call(trial.register)
                self.call(lambda client: client.unregister_system_shared_memory(trial.name))
            except GraphRefused:
                return None
            finally:
                trial.free()
            self._regions = RegionPool()
        return self._regions

    def call(self, request: Request[Result]) -> Result:
        """What the server answers, waited for; `request` may be made several times.

        Raises GraphUnavailable where the server stays away or does not answer in time, WrongGraph where it has no such
        model or version, GraphRefused where it refuses the request for another reason.
        """
        return self._loop.run(self._patiently(request))

    def call_all(self, requests: Sequence[Request[Result]]) -> list[Result]:
        """What the server answers to requests made at once, which it may batch. Raises as `call`, once all ended."""
        return self._loop.run(self._together(requests))

    async def _together(self, requests: Sequence[Request[Result]]) -> list[Result]:
        answers = await asyncio.gather(*(self._patiently(request) for request in requests), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    async def _patiently(self, request: Request[Result]) -> Result:
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(_Away),
            stop=stop_after_delay(self._patience_s),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            reraise=True,
        )
        return await attempts(self._once, request)

    async def _once(self, request: Request[Result]) -> Result:
        try:
            return await request(self._client)
        except InferenceServerException as error:
            raise self._explained(error) from error

    def _explained(self, error: InferenceServerException) -> GraphError:
        reason = " ".join(str(error.message()).split())
        match (error.status() or "").rpartition(".")[2]:
            # A version that the server has unloaded: it answers, and waiting brings nothing.
            case "UNAVAILABLE" if "not at ready state" in reason:
                return WrongGraph(f"Triton at {self.url} serves this model or version no more: {reason}")
            case "UNAVAILABLE":
                return _Away(f"Triton at {self.url} does not answer: {reason}")
            case "DEADLINE_EXCEEDED":
                return GraphUnavailable(f"Triton at {self.url} did not answer within {self.deadline_s:g} s")
            case "NOT_FOUND":
                return WrongGraph(f"Triton at {self.url} has no such model: {reason}")
            case _:
                return GraphRefused(f"Triton at {self.url} refused: {reason}")


class _Away(GraphUnavailable):
    """Worth another try."""


async def _connect(url: str) -> InferenceServerClient:
    return InferenceServerClient(url, channel_args=_CHANNEL)  # in the loop that it is to run on


async def _forget(client: InferenceServerClient, names: list[str]) -> None:
    """Have the server unmap regions; one that is away has done so already."""
    with suppress(InferenceServerException):
        for name in names:
            await client.unregister_system_shared_memory(name, client_timeout=1.0)
