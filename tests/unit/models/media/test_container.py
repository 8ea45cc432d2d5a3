"""A recording is opened by what its headers say, or refused."""

import io
import pickle
from pathlib import Path

import av
import media_samples
import numpy as np
import pytest
from numpy.typing import NDArray

from loadtests.recording import compose
from models.media.container import open_media, video_stream
from models.media.errors import MediaError

pytestmark = pytest.mark.unit


def test_live_webm_has_no_duration(recording: bytes) -> None:
    with open_media(io.BytesIO(recording)) as media:
        video = video_stream(media.container)
        assert video is not None and (video.codec_context.width, video.codec_context.height) == (640, 480)
        assert media.container.streams.audio and media.container.duration is None


def test_finished_files_state_theirs(speech: NDArray[np.float32]) -> None:
    with open_media(io.BytesIO(compose(speech, None, container="mp4"))) as media:
        assert media.container.streams.audio and video_stream(media.container) is None
        assert media.container.duration is not None
        assert media.container.duration / av.time_base == pytest.approx(4.0, abs=0.05)


def test_a_missing_file_is_not_a_bad_recording(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_media(tmp_path / "nothing.webm"):
        pass


def test_the_refusal_survives_the_way_between_processes() -> None:
    with pytest.raises(MediaError) as refusal, open_media(io.BytesIO(media_samples.empty())):
        pass
    copy = pickle.loads(pickle.dumps(refusal.value))
    assert (copy.code, str(copy)) == ("media-empty", "The recording is empty (0 bytes).")
