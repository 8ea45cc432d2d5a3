"""What a brought file or folder is, judged by its content: a name can say anything."""

import tarfile
from pathlib import Path
from typing import Literal

import onnx

Kind = Literal["nemo", "insightface-pack", "onnx"]

_NEMO_CONFIG, _NEMO_WEIGHTS = "model_config.yaml", (".ckpt", ".safetensors")


class WrongFile(Exception):
    """The path holds no model that Parley can use; the message says why."""


def recognise(path: Path) -> Kind:
    """A NeMo checkpoint (a tar with a configuration and weights), an insightface pack (a folder), or an ONNX graph.

    Nothing of the file is unpacked or run. Raises WrongFile.
    """
    if path.is_dir():
        if list(path.glob("*.onnx")) or (path / "manifest.json").is_file():
            return "insightface-pack"
        raise WrongFile(f"{path} is a folder without .onnx models: no insightface pack.")
    if not path.is_file():
        raise WrongFile(f"{path} does not exist.")
    if tarfile.is_tarfile(path):
        _check_nemo(path)
        return "nemo"
    if _is_onnx(path):
        return "onnx"
    raise WrongFile(f"{path} is neither a NeMo checkpoint nor an ONNX graph, or it is cut short.")


def _check_nemo(path: Path) -> None:
    try:
        with tarfile.open(path) as archive:
            names = [Path(member.name).name for member in archive]
    except (tarfile.TarError, EOFError, OSError) as error:
        raise WrongFile(f"{path} is an archive that is cut short or corrupt: {error}.") from error
    if _NEMO_CONFIG not in names or not any(name.endswith(_NEMO_WEIGHTS) for name in names):
        raise WrongFile(f"{path} is an archive without {_NEMO_CONFIG} and weights: no NeMo checkpoint.")


def _is_onnx(path: Path) -> bool:
    try:
        onnx.checker.check_model(path)
    except Exception:  # protobuf's, onnx's and the file system's errors share no base
        return False
    return True
