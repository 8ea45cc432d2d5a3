"""Bring the whole of Parley up on this machine: servers, schema, Ray and the application."""

import os
import secrets
import shutil
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

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
    tls = front_tls(settings)
    port = _front_port(settings)
    with ExitStack() as stack:
        variables = stack.enter_context(storage_environment(settings)) | _serving_variables(settings)
        stack.enter_context(exported(variables))
        # Ray reads its settings from the environment when it is imported.
        from serving.run import StartFailed, started

        with step("Starting Ray and loading the models"):
            try:
                cluster = stack.enter_context(started(settings.profile, settings.host, port, tls))
            except StartFailed as error:
                raise OperatorError(str(error)) from error
        running = Running(
            pid=os.getpid(),
            started=psutil.Process().create_time(),
            url=f"{'http' if tls is None else 'https'}://{settings.host}:{port}",
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


def front_tls(settings: OpsSettings) -> tuple[Path, Path] | None:
    """The files of the front's certificate and key, None for plain HTTP; raises OperatorError where they do not fit."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise OperatorError("Set both PARLEY_TLS_CERTIFICATE and PARLEY_TLS_KEY for HTTPS, or neither.")
    if os.environ.get("RAY_SERVE_ENABLE_HA_PROXY") == "1":
        raise OperatorError(
            "Ray's HAProxy would leave the certificate out and speak plain HTTP: unset RAY_SERVE_ENABLE_HA_PROXY."
        )
    try:
        # With an empty passphrase, a key that needs one is refused instead of asked for.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except OSError as error:  # ssl.SSLError is one
        raise OperatorError(
            f"{certificate} and {key} are not a certificate and its key, in PEM and without a passphrase, that can be"
            f" read ({error.strerror or error})."
        ) from error
    return certificate, key


def _serving_variables(settings: OpsSettings) -> dict[str, str]:
    metrics = settings.home.absolute() / "metrics"
    # Each process writes its metrics to files of its own here; those of an earlier run are history.
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    return {
        "PARLEY_ENGINE": settings.engine,
        **_encryption_at_rest(settings),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": os.environ.get("RAY_AUTH_TOKEN", secrets.token_hex(32)),
        "RAY_USAGE_STATS_ENABLED": "0",
        # Engines allocate on many threads: glibc's arena for each would keep most of what they free.
        "MALLOC_ARENA_MAX": "2",
    }


def _encryption_at_rest(settings: OpsSettings) -> dict[str, str]:
    """The embedded S3 has a key of its own; an external one encrypts as the operator says."""
    return {} if settings.s3_url is not None else {"PARLEY_S3_SSE": os.environ.get("PARLEY_S3_SSE", "AES256")}


def _front_port(settings: OpsSettings) -> int:
    if settings.port is not None:
        if not ports.is_free(settings.port):
            holder = ports.holder(settings.port)
            raise OperatorError(f"Port {settings.port} is taken by {holder}: stop that, or set PARLEY_PORT to another.")
        return settings.port
    return _PREFERRED_PORT if ports.is_free(_PREFERRED_PORT) else ports.choose()
