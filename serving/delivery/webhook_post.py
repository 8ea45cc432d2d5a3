"""One POST to an endpoint that is not trusted: where it may go, how long it may take, and what came of it."""

import asyncio
import ssl
import time

import httpcore

from serving.delivery.webhook_network import GuardedNetwork
from storage.errors import Invalid
from storage.webhooks.attempts import Outcome
from storage.webhooks.records import ErrorClass
from storage.webhooks.targets import Target, TargetRules

# Standard Webhooks recommends 15 to 30 s. It spans all, from the name's resolution to the status.
_TIMEOUT_S = 15.0


class Poster:
    """Sends requests over connections of their own, which end with the status line and headers: no body is read."""

    def __init__(self, rules: TargetRules, timeout_s: float = _TIMEOUT_S, tls: ssl.SSLContext | None = None) -> None:
        self._rules = rules
        self._timeout_s = timeout_s
        self._pool = httpcore.AsyncConnectionPool(
            tls or httpcore.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=GuardedNetwork(rules),
        )

    async def post(self, url: str, headers: dict[str, str], body: str) -> Outcome:
        """What came of sending the body there. A redirect is a failure and is not followed."""
        started = time.monotonic()
        status, error = await self._try(url, headers, body)
        return Outcome(round((time.monotonic() - started) * 1000), status, error)

    async def _try(self, url: str, headers: dict[str, str], body: str) -> tuple[int | None, ErrorClass | None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._send(self._rules.parse(url), headers, body.encode())
        except Invalid as refusal:
            return None, "unresolved" if refusal.code == "webhook-host-unresolved" else "refused"
        except (TimeoutError, httpcore.TimeoutException):
            return None, "timeout"
        except (httpcore.NetworkError, OSError) as failure:
            return None, "tls" if _is_of_tls(failure) else "unreachable"
        except httpcore.ProtocolError:
            return None, "protocol"
        if 300 <= status < 400:
            return status, "redirect"
        return status, None if 200 <= status < 300 else "status"

    async def _send(self, target: Target, headers: dict[str, str], body: bytes) -> int:
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        everything = {"Host": target.authority, "Connection": "close", "User-Agent": "Parley", **headers}
        async with self._pool.stream("POST", url, headers=list(everything.items()), content=body) as response:
            return int(response.status)


def _is_of_tls(failure: BaseException | None) -> bool:
    """Whether TLS brought the connection down: the libraries wrap its error in theirs."""
    return failure is not None and (isinstance(failure, ssl.SSLError) or _is_of_tls(failure.__context__))
