"""Ray Serve in this process's own Ray, for tests of a single deployment behind its handle."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import ray
from ray import serve
from ray.serve.config import ProxyLocation


@contextmanager
def local_serve() -> Iterator[None]:
    """Ray on two cores with Serve and no HTTP, until the context ends."""
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        serve.start(proxy_location=ProxyLocation.Disabled)
        yield
    finally:
        serve.shutdown()
        ray.shutdown()
