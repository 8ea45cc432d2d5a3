"""Postgres and an S3 server that Parley starts and supervises itself, on loopback, with everything in one folder."""

from ops.embedded.errors import EmbeddedError
from ops.embedded.seaweedfs import S3Access
from ops.embedded.servers import EmbeddedServers

__all__ = ["EmbeddedError", "EmbeddedServers", "S3Access"]
