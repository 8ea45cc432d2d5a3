"""Ports for the embedded servers: chosen once per home and remembered, or set by a person."""

import random
import socket
from collections.abc import Callable, Collection, Iterable, Mapping

import psutil

from ops.embedded.errors import EmbeddedError
from ops.embedded.home import Home

# Above the ports that Ray uses, below those that Linux gives to outgoing connections (32768 up).
_CHOICE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def holder(port: int) -> str:
    """The program that listens on a port, in words; other users' programs may stay unnamed."""
    try:
        for connection in psutil.net_connections("tcp"):
            taken = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if taken and connection.pid:
                return f"{psutil.Process(connection.pid).name()}, process {connection.pid}"
    except psutil.Error:
        pass
    return "another program"


def assign(
    home: Home, names: Iterable[str], explicit: Mapping[str, int | None], tell: Callable[[str], None]
) -> dict[str, int]:
    """A free port for every name: the explicit one, else the remembered one, else a new one that is then remembered.

    Raises `EmbeddedError` where an explicit port is taken.
    """
    remembered: dict[str, int] = home.read("ports.json") or {}
    ports: dict[str, int] = {}
    for name in names:
        wanted = explicit.get(name)
        if wanted is not None:
            if not is_free(wanted):
                raise EmbeddedError(
                    f"Port {wanted}, set for {name}, is taken by {holder(wanted)}. "
                    "Stop that program, set another port, or leave the port unset to have a free one chosen."
                )
            ports[name] = wanted
            continue
        old = remembered.get(name)
        if old is not None and is_free(old) and old not in ports.values():
            ports[name] = old
            continue
        ports[name] = choose({*ports.values(), *explicit.values(), *remembered.values()})
        if old is not None:
            tell(f"Port {old} for {name} is taken by {holder(old)}; using {ports[name]} from now on.")
    kept = {**remembered, **{name: port for name, port in ports.items() if explicit.get(name) is None}}
    if kept != remembered:
        home.write("ports.json", kept)
    return ports


def choose(avoid: Collection[int | None] = ()) -> int:
    """A free port that no other server of this machine is likely to take; raises EmbeddedError where there is none."""
    for port in random.sample(_CHOICE, len(_CHOICE)):
        if port not in avoid and is_free(port):
            return port
    raise EmbeddedError(f"No free port on 127.0.0.1 from {_CHOICE.start} to {_CHOICE.stop - 1}.")
