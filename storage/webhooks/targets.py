"""Which URLs webhooks may go to: nothing that a tenant could use to reach into the network that Parley runs in."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network, ip_address

from pydantic_core import Url

from storage.errors import Invalid
from storage.webhooks.settings import WebhookSettings

# Gives the addresses of a host, as text; raises OSError where it has none.
Resolve = Callable[[str, int], Awaitable[list[str]]]

# All of IPv6 that is handed out for public use (RFC 4291, section 2.4). The forms that carry an IPv4 address, mapped,
# compatible (::/96) and NAT64 (64:ff9b::/96, 64:ff9b:1::/48), lie outside of it; 6to4 lies in it.
_GLOBAL_UNICAST = IPv6Network("2000::/3")

# Below are ports of other protocols, as mail, which a request must not be smuggled into.
_FIRST_FREE_PORT = 1024

# A resolver that does not answer must hold up neither a transaction nor a worker.
_RESOLVE_S = 5.0

_DEFAULT_PORTS = {"https": 443, "http": 80}
_AUTHORITY_END = re.compile("[/?]")


@dataclass(frozen=True)
class Target:
    """Where a request goes: `host` is a name or a bare address, `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class TargetRules:
    """The rules under these settings; `resolve` asks the system's resolver where none is given."""

    def __init__(self, settings: WebhookSettings, resolve: Resolve | None = None) -> None:
        self._settings = settings
        self._resolve = resolve or _ask_system

    async def check(self, url: str) -> None:
        """Raises Invalid where webhooks may not go to this URL, by its form or its host's addresses of this moment."""
        target = self.parse(url)
        await self.addresses(target.host, target.port)

    def parse(self, url: str) -> Target:
        """The parts of a URL; raises Invalid where its form is not allowed."""
        if not url.startswith("https://") and not (self._settings.allow_http and url.startswith("http://")):
            raise _refused("The URL must start with https://.")
        if "\\" in url or any(character.isspace() or not character.isprintable() for character in url):
            raise _refused("The URL may hold no spaces, backslashes or control characters.")
        if "#" in url:
            raise _refused("The URL may hold no fragment.")
        if "@" in _AUTHORITY_END.split(url.split("://")[1], 1)[0]:
            raise _refused("The URL may hold no user name or password: verify the signature instead.")
        try:
            parts = Url(url)
        except ValueError:
            raise _refused("The URL is not valid.") from None
        assert parts.host and parts.port is not None  # both schemes have a default port, and need a host
        port = parts.port
        if port != _DEFAULT_PORTS[parts.scheme] and port < _FIRST_FREE_PORT:
            raise _refused(f"The URL's port must be {_DEFAULT_PORTS[parts.scheme]}, or {_FIRST_FREE_PORT} or above.")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, parts.host.strip("[]"), port, path)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The host's addresses, all of them allowed; raises Invalid where it has none, or one that is not allowed."""
        try:
            async with asyncio.timeout(_RESOLVE_S):
                found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise Invalid("webhook-host-unresolved", "The host of the URL does not resolve to an address.", "/url")
        if not self._settings.allow_private and not all(is_public(address) for address in found):
            raise Invalid("webhook-address-refused", "The host of the URL has an address that is not public.", "/url")
        return found


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet and carries no other address within.

    Not public are private, loopback, link-local, shared (CGNAT), multicast, unspecified and reserved addresses (the
    IANA special-purpose registries, as ipaddress knows them), and IPv6 addresses that stand for an IPv4 one.
    """
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
    return parsed.is_global and parsed in _GLOBAL_UNICAST and not parsed.sixtofour and not parsed.teredo


async def _ask_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _refused(message: str) -> Invalid:
    return Invalid("webhook-url-refused", message, "/url")
