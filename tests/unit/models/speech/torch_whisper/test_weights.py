"""A model file is read as written, and anything else is refused in one line."""

import struct
from pathlib import Path

import numpy as np
import pytest

from models.speech.torch_whisper.weights import WeightsError, load_whisper, read_variables

pytestmark = pytest.mark.unit

TYPES = {"float32": 0, "int8": 1, "int16": 2, "float16": 4}
VARIABLES = {
    "decoder/embeddings/weight": np.arange(6, dtype=np.float16).reshape(2, 3),
    "decoder/num_heads": np.array(8, np.int16),
    "encoder/conv1/bias": np.array([0.5, -1.5], np.float32),
}


def string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def model_file(variables: dict[str, np.ndarray], version: int = 6, specification: str = "WhisperSpec") -> bytes:
    content = struct.pack("<I", version) + string(specification) + struct.pack("<II", 3, len(variables))
    for name, values in variables.items():
        content += string(name) + struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
        content += struct.pack("<BI", TYPES[values.dtype.name], values.nbytes) + values.tobytes()
    return content + struct.pack("<I", 1) + string("decoder/projection/weight") + string("decoder/embeddings/weight")


def test_variables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_file(VARIABLES))
    read = read_variables(path)
    assert read.keys() == VARIABLES.keys()
    for name, values in VARIABLES.items():
        assert read[name].dtype == values.dtype
        np.testing.assert_array_equal(read[name], values)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no whole CTranslate2 model"),
        (b"\x80\x02}q\x00(X\x05\x00\x00\x00model", "format 1904018048 of CTranslate2 models is not known"),
        (model_file(VARIABLES)[:-60], "no whole CTranslate2 model"),
        (model_file(VARIABLES)[:80], "no whole CTranslate2 model"),
        (model_file(VARIABLES, version=5), "format 5"),
        (model_file(VARIABLES, specification="TransformerSpec"), "holds a TransformerSpec, no WhisperSpec"),
        (model_file({"encoder/conv1/weight": np.zeros((2, 2), np.int8)}), "convert it as float16 or float32"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=reason) as refusal:
        read_variables(path)
    assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_folder_without_a_whisper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"model\.bin cannot be read: No such file"):
        load_whisper(tmp_path)
    (tmp_path / "model.bin").write_bytes(model_file(VARIABLES))
    with pytest.raises(WeightsError, match=r"config\.json cannot be used"):
        load_whisper(tmp_path)
    (tmp_path / "config.json").write_text('{"alignment_heads": [[0, 1]], "suppress_ids": [], "suppress_ids_begin": []}')
    with pytest.raises(WeightsError, match="holds no Whisper: there is no 'encoder/conv1/weight'"):
        load_whisper(tmp_path)
