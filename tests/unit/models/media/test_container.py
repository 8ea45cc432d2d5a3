"""What a recording holds is told from its headers."""

import io
import pickle
from pathlib import Path

import media_samples
import numpy as np
import pytest
from numpy.typing import NDArray

from loadtests.recording import compose
from models.media.container import Probe, probe
from models.media.errors import MediaError

pytestmark = pytest.mark.unit


def test_live_webm_has_no_duration(recording: bytes) -> None:
    assert probe(io.BytesIO(recording)) == Probe(audio=True, video=True, seconds=None, width=640, height=480)


def test_finished_files_state_theirs(speech: NDArray[np.float32]) -> None:
    found = probe(io.BytesIO(compose(speech, None, container="mp4")))
    assert (found.audio, found.video) == (True, False)
    assert found.seconds == pytest.approx(4.0, abs=0.05)


def test_a_missing_file_is_not_a_bad_recording(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "nothing.webm")


def test_the_refusal_survives_the_way_between_processes() -> None:
    with pytest.raises(MediaError) as refusal:
        probe(io.BytesIO(media_samples.empty()))
    copy = pickle.loads(pickle.dumps(refusal.value))
    assert (copy.code, str(copy)) == ("media-empty", "The recording is empty (0 bytes).")
