"""A network on which only allowed addresses can be connected to."""

from collections.abc import Iterable

import httpcore
from httpcore import SOCKET_OPTION

from storage.webhooks.targets import TargetRules

# Where an address does not answer, the host's next one still has its turn within the request's time.
_CONNECT_S = 5.0


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a host, checks the addresses, and connects to one that was checked.

    Nothing is resolved between check and connection, so a name cannot point elsewhere meanwhile (DNS rebinding).
    TLS and the Host header know nothing of it: they have the name.
    """

    def __init__(self, rules: TargetRules) -> None:
        self._rules = rules
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that takes it; raises Invalid where one is not allowed."""
        failure: Exception = httpcore.ConnectError()
        for address in await self._rules.addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, _CONNECT_S, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait so long."""
        await self._network.sleep(seconds)
