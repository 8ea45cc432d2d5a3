"""The folder that holds one embedded installation, and the lock that gives it to one process at a time.

PARLEY_HOME/
  lock                 held while Parley runs on this home
  secrets.json         generated passwords and keys, readable by the owner only
  ports.json           the ports chosen for this home
  children.json        the running servers, so that a later start finds those of a killed one
  postgres/  s3/       the servers' data
  logs/                what the servers wrote, bounded in size
"""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from ops.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Secrets:
    """Generated once per home, never shown and never logged."""

    postgres_admin_password: str
    postgres_password: str
    s3_access_key: str
    s3_secret_key: str
    s3_internal_key: str  # between the S3 gateway and the store behind it
    field_key: str  # encrypts contact data in the database; comma-separated where there are several, the newest first
    s3_sse_key: str  # encrypts the keys that S3 encrypts objects with

    @classmethod
    def generate(cls) -> "Secrets":
        token = secrets.token_urlsafe
        return cls(
            postgres_admin_password=token(24),
            postgres_password=token(24),
            s3_access_key=secrets.token_hex(10),
            s3_secret_key=token(30),
            s3_internal_key=token(32),
            field_key=Fernet.generate_key().decode(),
            s3_sse_key=secrets.token_hex(32),
        )


class Home:
    """Paths and small files of one home.

    Raises `EmbeddedError` where the folder cannot be made or is not writable.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        self.postgres = self.root / "postgres"
        self.s3 = self.root / "s3"
        self.logs = self.root / "logs"
        self._lock: int | None = None
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(f"The home {self.root} cannot be made ({error.strerror}). {_CHOOSE}") from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise EmbeddedError(f"The home {self.root} is not writable by this user. {_CHOOSE}")

    def acquire(self) -> None:
        """Take the home for this process. The kernel lets go of it when the process ends, however it ends."""
        lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 32).decode(errors="replace").strip()
            os.close(lock)
            raise EmbeddedError(
                f"Parley already runs on {self.root} (process {holder or 'unknown'}). Stop it first. {_CHOOSE}"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def secrets(self) -> Secrets:
        """The secrets of this home, made the first time."""
        known = self.read("secrets.json")
        if known is None and (self.postgres / "data").exists():
            raise EmbeddedError(
                f"{self.root / 'secrets.json'} is missing, and without it the database of this home stays closed. "
                f"Restore the file from a backup. {_CHOOSE}"
            )
        # The home of an earlier Parley lacks the keys of what was not encrypted then.
        made = replace(Secrets.generate(), **(known or {}))
        if asdict(made) != known:
            self.write("secrets.json", asdict(made))
        return made

    def add_field_key(self) -> None:
        """Have contact data encrypted under a new key; those that were there still decrypt."""
        known = self.secrets()
        self._write_field_keys([Fernet.generate_key().decode(), known.field_key])

    def drop_old_field_keys(self) -> None:
        """Keep the newest key alone."""
        self._write_field_keys(self.secrets().field_key.split(",")[:1])

    def _write_field_keys(self, keys: Sequence[str]) -> None:
        self.write("secrets.json", asdict(replace(self.secrets(), field_key=",".join(keys))))

    def read(self, name: str) -> Any:
        """A JSON file of this home, or None where there is none."""
        path = self.root / name
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise EmbeddedError(f"{path} is damaged ({error}). Restore it from a backup, or remove it.") from error

    def write(self, name: str, content: Mapping[str, object] | list[Any]) -> None:
        """Replace a JSON file as a whole, so that a crash leaves the old one or the new one."""
        path = self.root / name
        temporary = path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


_CHOOSE = "Or choose another home with PARLEY_HOME."
