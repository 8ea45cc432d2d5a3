"""Recordings cut into chunks."""

import io

import av
import numpy as np
import pytest

from loadtests.chunks import cut, tagged
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module", params=["webm", "mp4"])
def recording(request: pytest.FixtureRequest) -> bytes:
    noise = np.random.default_rng(0).normal(0, 0.1, 7 * SAMPLE_RATE).astype(np.float32)
    return compose(noise, candidate_picture(), container=request.param, size=(160, 120))


def packets(recording: bytes) -> list[tuple[str, float, bytes]]:
    with av.open(io.BytesIO(recording), "r") as container:
        return [
            (packet.stream.type, float(packet.dts * packet.time_base), bytes(packet))
            for packet in container.demux()
            if packet.dts is not None
        ]


def test_chunks_are_the_recording_cut_by_time(recording: bytes) -> None:
    chunks = cut(recording, 2.0)
    assert b"".join(chunk.body for chunk in chunks) == recording
    assert [chunk.number for chunk in chunks] == [0, 1, 2, 3]
    assert [chunk.ends_at for chunk in chunks] == pytest.approx([2.0, 4.0, 6.0, 7.0], abs=0.1)
    assert all(chunk.body for chunk in chunks)


def test_chunks_that_have_arrived_of_a_live_webm_decode_to_their_end() -> None:
    tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(7 * SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    chunks = cut(compose(tone, candidate_picture(), size=(160, 120)), 2.0)
    for arrived in (1, 2, 3):
        beginning = packets(b"".join(chunk.body for chunk in chunks[:arrived]))
        assert beginning[-1][1] == pytest.approx(chunks[arrived - 1].ends_at, abs=0.15)


def test_a_chunk_is_named_by_size_and_hash(recording: bytes) -> None:
    first, second, *_ = cut(recording, 2.0)
    assert first.named["size"] == len(first.body)
    assert len(first.named["sha256"]) == 64
    assert first.named["sha256"] != second.named["sha256"]


def test_a_tag_changes_the_bytes_and_not_the_recording() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * SAMPLE_RATE).astype(np.float32)
    chunks = cut(compose(noise, candidate_picture(), size=(160, 120)), 2.0)
    plain, first, second = (
        b"".join(chunk.body for chunk in part) for part in (chunks, tagged(chunks, b"1"), tagged(chunks, b"2" * 126))
    )
    assert len({plain, first, second}) == 3
    assert packets(plain) == packets(first) == packets(second)
    with pytest.raises(ValueError, match="126"):
        tagged(chunks, b"3" * 127)


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(av.FFmpegError):
        cut(b"This is my answer, but it is not a video.")
