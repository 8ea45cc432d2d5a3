"""The Triton server that the settings name, as the engines on it see it."""

import atexit
from collections.abc import Sequence
from functools import cache

from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_graph import TritonGraph


@cache
def connected(url: str) -> TritonConnection:
    """One connection for all engines of the process, and for as long as it runs."""
    connection = TritonConnection(url)
    atexit.register(connection.close)
    return connection


def served(connection: TritonConnection, names: Sequence[str]) -> str:
    """The newest version that the server has of each model, for people: "centerface 1, face-landmarks 2".

    Raises GraphUnavailable, or WrongGraph where it has no such model.
    """
    return ", ".join(f"{name} {TritonGraph(connection, name).version}" for name in names)
