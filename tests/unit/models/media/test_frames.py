"""Pictures are sampled by time, small, upright, and what is damaged is left out."""

import io
from fractions import Fraction

import av
import media_samples
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray

from models.media.errors import MediaError
from models.media.frames import sample_frames

pytestmark = pytest.mark.unit


def video(seconds: float, rate: int, size: tuple[int, int] = (320, 240)) -> io.BytesIO:
    """H.264 whose left half is white and whose grey on the right tells the time, 50 a second."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(int(seconds * rate)):
            picture = np.full((size[1], size[0], 3), 50 * number / rate, np.uint8)
            picture[:, : size[0] // 2] = 255
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer


@pytest.mark.parametrize(("per_second", "count"), [(2.0, 8), (1.0, 4), (5.0, 20)])
def test_sampled_by_time(per_second: float, count: int) -> None:
    frames = list(sample_frames(video(4, 25), per_second))
    assert len(frames) == count
    for number, (time, picture) in enumerate(frames):
        assert number / per_second <= time < number / per_second + 0.041
        assert picture[:, -20:].mean() == pytest.approx(50 * time, abs=6)  # the picture is that of its time


def test_sparse_video_gives_each_picture_once() -> None:
    assert [time for time, _ in sample_frames(video(3, 1), per_second=2.0)] == [0.0, 1.0, 2.0]


def test_4k_comes_out_small(speech: NDArray[np.float32]) -> None:
    media = io.BytesIO(media_samples.four_k(speech, 1.0))
    with av.open(media) as container:
        assert container.streams.video[0].codec_context.width == 3840
    shapes = {picture.shape for _, picture in sample_frames(media)}
    assert shapes == {(360, 640, 3)}


def test_small_video_is_not_enlarged(recording: bytes) -> None:
    times, pictures = zip(*sample_frames(io.BytesIO(recording), max_side=2000), strict=True)
    assert {picture.shape for picture in pictures} == {(480, 640, 3)}
    assert pictures[0].dtype == np.uint8
    assert len(times) == 8


def test_a_phone_held_upright_gives_an_upright_picture() -> None:
    media = bytearray(video(1, 10).getvalue())
    # The track header ends with the display matrix (a b u / c d v / x y w) and the size: turn it 90 degrees clockwise.
    matrix = media.index(b"tkhd") + 4 + 40
    quarter = [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000]
    media[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in quarter)
    _, picture = next(sample_frames(io.BytesIO(bytes(media))))
    assert picture.shape == (320, 240, 3)
    assert picture[:100].mean() > 240  # what was left is now at the top
    assert picture[-100:].mean() < 30


def test_the_limit_stops(recording: bytes) -> None:
    assert [time for time, _ in sample_frames(io.BytesIO(recording), limit_s=1.0)] == pytest.approx(
        [0.0, 0.5], abs=0.05
    )


def test_damaged_parts_are_left_out(recording: bytes) -> None:
    damaged = bytearray(recording)
    middle = len(damaged) // 2
    damaged[middle : middle + 2_000] = np.random.default_rng(1).integers(0, 256, 2_000, np.uint8).tobytes()
    times = [time for time, _ in sample_frames(io.BytesIO(bytes(damaged)))]
    assert times[0] == 0.0
    assert len(times) >= 4


def test_without_pictures() -> None:
    with pytest.raises(MediaError) as refusal:
        next(sample_frames(io.BytesIO(media_samples.silence(1.0))))
    assert refusal.value.code == "media-no-video"
