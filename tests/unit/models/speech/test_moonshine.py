"""Moonshine's own tokenizer file, and its words over the speech."""

from pathlib import Path

import numpy as np
import pytest

from models.speech.contract import Segment
from models.speech.moonshine import MoonshineError, MoonshineRecognizer, _spread, read_pieces

pytestmark = pytest.mark.unit

LONG = "ä" * 100  # 200 bytes: its length takes two
PIECES = [b"<unk>", b"<s>", b"</s>", b"\xe2\x96\x81has", LONG.encode()]


def tokenizer_file(pieces: list[bytes]) -> bytes:
    def length(size: int) -> bytes:
        return bytes([size]) if size < 128 else bytes([size % 128 + 128, size // 128])

    return b"".join(length(len(piece)) + piece for piece in pieces)


def test_pieces_are_read(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.bin"
    path.write_bytes(tokenizer_file(PIECES))
    assert read_pieces(path) == PIECES


@pytest.mark.parametrize("content", [b"", tokenizer_file(PIECES)[:-3], tokenizer_file(PIECES[:-1]) + b"\x80", b"{}"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokenizer.bin"
    path.write_bytes(content)
    with pytest.raises(MoonshineError, match=r"tokenizer\.bin is"):
        read_pieces(path)


def test_a_folder_without_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MoonshineError, match=r"tokenizer\.bin cannot be read: No such file"):
        MoonshineRecognizer(tmp_path)


def test_words_are_spread_over_the_speech_alone() -> None:
    segment = Segment(np.zeros(16_000 * 10, np.float32), 100.0, "en", ((101.0, 103.0), (107.0, 109.0)))
    times = list(_spread(["four", "2b", "or"], segment))
    assert times == [(101.0, 103.0), (107.0, 108.0), (108.0, 109.0)]
    reaching = list(_spread(["sixsix", "to"], segment))
    assert reaching == [(101.0, 103.0), (108.0, 109.0)]
    assert list(_spread([], segment)) == []
