"""As whom the embedded servers run, and that they end with the process that started them.

Postgres refuses to run as root, so under root every server runs as `nobody`; otherwise as the present user. `setpriv`
(util-linux, on every Debian and Ubuntu) changes the user and asks the kernel to signal the server when its parent dies.
"""

import os
import pwd
import shutil
import signal
import stat
from collections.abc import Sequence
from pathlib import Path

from ops.embedded.errors import EmbeddedError


class Account:
    """The user that the servers run as."""

    def __init__(self) -> None:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise EmbeddedError("The program setpriv is missing. Install it: apt-get install util-linux")
        self._setpriv = setpriv
        self._other: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            try:
                self._other = pwd.getpwnam("nobody")
            except KeyError:
                raise EmbeddedError(
                    "Run as root, Parley needs a user named nobody. Or run it as another user."
                ) from None
        self.uid = os.geteuid() if self._other is None else self._other.pw_uid

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only this account may enter.

        Raises `EmbeddedError` where the folder belongs to someone else, as after a first run by another user.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = folder.stat().st_uid
        if owner not in (self.uid, os.geteuid()):
            raise EmbeddedError(
                f"{folder} belongs to user {_name(owner)}. Run Parley as that user, or choose another home "
                "with PARLEY_HOME."
            )
        self.give(folder)

    def give(self, path: Path) -> None:
        if self._other is not None:
            os.chown(path, self._other.pw_uid, self._other.pw_gid)

    def command(self, program: Sequence[str | Path], data: Path, on_parent_death: signal.Signals) -> list[str]:
        """The command line that runs `program` as this account and signals it when the starting thread ends."""
        command = [self._setpriv, f"--pdeathsig={on_parent_death.name.removeprefix('SIG')}"]
        if self._other is not None:
            command += [f"--reuid={self._other.pw_uid}", f"--regid={self._other.pw_gid}", "--clear-groups"]
            if not (_is_open_to_others(Path(program[0])) and _is_open_to_others(data)):
                # A home or a checkout under /root (mode 0700) can only be entered with this capability.
                command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        return [*command, "--", *map(str, program)]


def _is_open_to_others(path: Path) -> bool:
    """Whether any user may go through all the folders above a path."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
