"""Start the Serve application on this machine, or join one that runs."""

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ray
from ray import serve
from ray.exceptions import RayError
from ray.serve.schema import LoggingConfig

from serving.analysts import Analysts
from serving.app import BuildArguments, build
from serving.front import APPLICATION

_NAMESPACE = "parley"
# Frames and sound in flight between replicas; the embedded cluster holds seconds of them, not minutes.
_OBJECT_STORE_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class Cluster:
    """A running Ray: its address, for `joined`."""

    address: str


class StartFailed(Exception):
    """Ray, or a deployment of the application, cannot start."""


@contextmanager
def started(profile: str, host: str, port: int, tls: tuple[Path, Path] | None = None) -> Iterator[Cluster]:
    """A Ray node of our own with the application on it, healthy, until the context ends.

    tls: files of the certificate (with what leads to its authority) and of its key, both PEM; the front then speaks
    HTTPS alone. Settings of all rooms travel in this process's environment. Raises StartFailed.
    """
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    on_sigterm = signal.getsignal(signal.SIGTERM)
    ray.init(
        # More shares than cores: they place replicas, and every part of a laptop's cluster must find its place.
        num_cpus=max(4, os.cpu_count() or 1),
        include_dashboard=False,
        object_store_memory=_OBJECT_STORE_BYTES,
        namespace=_NAMESPACE,
        log_to_driver=False,
        logging_level=logging.WARNING,
    )
    # Ray puts a handler of its own in place, which prints a trace.
    signal.signal(signal.SIGTERM, on_sigterm)
    try:
        try:
            serve.start(
                http_options={"host": host, "port": port, **_https(tls)},
                logging_config=LoggingConfig(log_level="WARNING"),
            )
            serve.run(
                build(BuildArguments(profile=profile)),
                name=APPLICATION,
                route_prefix="/",
                logging_config=LoggingConfig(log_level="WARNING", enable_access_log=False),
            )
        except (RayError, RuntimeError) as error:
            raise StartFailed(f"Ray Serve did not start: {str(error).splitlines()[-1]}") from error
        yield Cluster(address=ray.get_runtime_context().gcs_address)
    finally:
        # While its own parts end one after another, Ray warns of each.
        logging.getLogger("ray").setLevel(logging.CRITICAL)
        serve.shutdown()  # type: ignore[no-untyped-call]
        ray.shutdown()


def _https(tls: tuple[Path, Path] | None) -> dict[str, str]:
    if tls is None:
        return {}
    certificate, key = tls
    return {"ssl_certfile": str(certificate.absolute()), "ssl_keyfile": str(key.absolute())}


def own() -> Analysts:
    """The engines of the application that this process started."""
    return Analysts.of_application(APPLICATION)


@contextmanager
def joined(address: str) -> Iterator[Analysts]:
    """The engines of the application that runs on the Ray at `address`."""
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    ray.init(address, namespace=_NAMESPACE, log_to_driver=False, logging_level=logging.WARNING)
    try:
        yield own()
    finally:
        ray.shutdown()
