"""Bring the whole of Parley up on this machine: servers, schema, Ray and the application."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil

from models.catalog import ModelCorrupt, ModelMissing, load_catalogue, model_folder
from models.device import require_device
from models.graphs.errors import NoAccelerator
from models.settings import ModelSettings
from ops.embedded import ports
from ops.environment import exported, storage_environment
from ops.errors import OperatorError
from ops.profiles import load_profile
from ops.progress import step, tell
from ops.running import Running
from ops.settings import OpsSettings

_PREFERRED_PORT = 8000


@contextmanager
def up(settings: OpsSettings) -> Iterator[Running]:
    """Parley, healthy and answering, until the context ends. Raises OperatorError, EmbeddedError."""
    if settings.engine == "models":
        require_models()
        require_devices(settings.profile)
    if Running.find(settings.home) is not None:
        raise OperatorError(f"Parley runs in {settings.home} already: stop it, or set PARLEY_HOME to another folder.")
    port = _front_port(settings)
    with ExitStack() as stack:
        variables = stack.enter_context(storage_environment(settings)) | _serving_variables(settings)
        stack.enter_context(exported(variables))
        # Ray reads its settings from the environment when it is imported.
        from serving.run import StartFailed, started

        with step("Starting Ray and loading the models"):
            try:
                cluster = stack.enter_context(started(settings.profile, settings.host, port))
            except StartFailed as error:
                raise OperatorError(str(error)) from error
        running = Running(
            pid=os.getpid(),
            started=psutil.Process().create_time(),
            url=f"http://{settings.host}:{port}",
            ray_address=cluster.address,
            environment=variables,
        )
        stack.enter_context(running.noted(settings.home))
        if settings.engine == "timed":
            tell("The engine is timed: every result is scripted. Nothing is recognised, seen or judged.")
        yield running


def require_models() -> None:
    """Raise OperatorError where a model is missing or corrupt."""
    root = ModelSettings().models_dir
    try:
        for entry in load_catalogue().entries:
            model_folder(entry.name, root)
    except (ModelMissing, ModelCorrupt) as error:
        raise OperatorError(str(error)) from error


def require_devices(profile_name: str) -> None:
    """Raise OperatorError where the profile computes on a GPU, and this machine has none."""
    profile = load_profile(profile_name)
    try:
        for engine in (profile.transcriber, profile.face_analyst, profile.scorer):
            require_device(engine.device)
    except NoAccelerator as error:
        raise OperatorError(f"The profile {profile_name} cannot run here. {error}") from error


def _serving_variables(settings: OpsSettings) -> dict[str, str]:
    metrics = settings.home.absolute() / "metrics"
    # Each process writes its metrics to files of its own here; those of an earlier run are history.
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    return {
        "PARLEY_ENGINE": settings.engine,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": os.environ.get("RAY_AUTH_TOKEN", secrets.token_hex(32)),
        "RAY_USAGE_STATS_ENABLED": "0",
        # Engines allocate on many threads: glibc's arena for each would keep most of what they free.
        "MALLOC_ARENA_MAX": "2",
    }


def _front_port(settings: OpsSettings) -> int:
    if settings.port is not None:
        if not ports.is_free(settings.port):
            holder = ports.holder(settings.port)
            raise OperatorError(f"Port {settings.port} is taken by {holder}: stop that, or set PARLEY_PORT to another.")
        return settings.port
    return _PREFERRED_PORT if ports.is_free(_PREFERRED_PORT) else ports.choose()
