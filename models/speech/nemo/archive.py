"""A .nemo file, which is a tar, unpacked without trust."""

import tarfile
from pathlib import Path, PurePosixPath

CONFIG, WEIGHTS = "model_config.yaml", "model_weights.ckpt"
# The largest public checkpoints hold 10 GB; what unpacks to more is no checkpoint.
LARGEST_BYTES = 32 << 30


class Refused(Exception):
    """Why a file is refused, without its name."""


def unpack(path: Path, folder: Path) -> Path:
    """The archive's plain files in `folder`. Raises Refused where there is more, or less, in it."""
    if not path.is_file():
        raise Refused("there is no such file")
    try:
        with tarfile.open(path, "r:*") as archive:
            members = [member for member in archive.getmembers() if not member.isdir()]
            for member in members:
                if not member.isreg() or len(PurePosixPath(member.name).parts) != 1:
                    raise Refused(f"its member {member.name} is not a plain file in one folder")
            if len({PurePosixPath(member.name).name for member in members}) < len(members):
                raise Refused("two of its members have one name")
            if sum(member.size for member in members) > LARGEST_BYTES:
                raise Refused(f"it unpacks to more than {LARGEST_BYTES >> 30} GiB")
            archive.extractall(folder, members, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"it is truncated or no .nemo file ({one_line(error)})") from error
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise Refused(f"it is truncated or no .nemo file (no {name} in it)")
    return folder


def one_line(error: BaseException) -> str:
    """What an error says, without its later lines."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
