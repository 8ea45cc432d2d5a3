"""Where a load may go: this machine, or a network that is ours to load."""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ForbiddenHost(Exception):
    """A load was aimed at a host that is neither this machine nor in one of the profile's test networks."""


def check_host(url: str, test_networks: Sequence[Network] = ()) -> None:
    """Raise ForbiddenHost unless every address of the URL's host is a loopback address or in `test_networks`."""
    host = urlsplit(url).hostname
    if not host:
        raise ForbiddenHost(f"{url} names no host")
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise ForbiddenHost(f"{host} has no address") from error
    for address in map(ipaddress.ip_address, found):
        if not address.is_loopback and not any(address in network for network in test_networks):
            raise ForbiddenHost(f"{host} ({address}) is neither this machine nor in a test network of the profile")
