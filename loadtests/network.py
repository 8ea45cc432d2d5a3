"""One candidate's network, which can be lost for a while."""

import asyncio
import functools
import ssl

import httpx


class Injected(httpx.TransportError):
    """A network fault that was asked for."""


@functools.cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes tens of milliseconds, too long for each of thousands of candidates.
    return httpx.create_ssl_context()


class Network(httpx.AsyncBaseTransport):
    """An HTTP transport with connections of its own. `drop` loses all of them, and every request, for a while."""

    def __init__(self) -> None:
        self._connections = httpx.AsyncHTTPTransport(verify=_tls())
        self._running: set[asyncio.Timeout] = set()
        self._back_at = 0.0

    def drop(self, seconds: float) -> None:
        """Break off what is under way and let nothing through for `seconds`."""
        now = asyncio.get_running_loop().time()
        self._back_at = now + seconds
        for request in self._running:
            request.reschedule(now)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises Injected while the network is lost, or when it is lost meanwhile."""
        if asyncio.get_running_loop().time() < self._back_at:
            raise Injected("the network is down", request=request)
        lost = asyncio.timeout(None)
        try:
            async with lost:
                self._running.add(lost)
                try:
                    response = await self._connections.handle_async_request(request)
                    # Read here, an answer is lost with the network as well.
                    await response.aread()
                    return response
                finally:
                    self._running.remove(lost)
        except TimeoutError:
            # Nothing survives, idle connections included.
            await self._connections.aclose()
            self._connections = httpx.AsyncHTTPTransport(verify=_tls())
            raise Injected("the network was lost", request=request) from None

    async def aclose(self) -> None:
        """Close all connections."""
        await self._connections.aclose()
