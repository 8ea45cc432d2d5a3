"""A recording that grows gives what it gives when it is whole, as soon as it can; damage costs what it must."""

import io
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from threading import Thread

import av
import media_samples
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray

from loadtests.recording import candidate_picture, compose
from models.media.errors import MediaError
from models.media.growing import GrowingMedia, MediaAborted
from models.media.pictures import Picture
from models.media.reader import MediaReader
from models.media.sound import RATE, Sound

pytestmark = pytest.mark.unit
Samples = NDArray[np.float32]


class Followed:
    """A reader of a growing recording in a thread of its own, and what it gave so far."""

    def __init__(self) -> None:
        self.media = GrowingMedia()
        self.reader = MediaReader(self.media)
        self.events: list[Sound | Picture] = []
        self.error: Exception | None = None
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            for event in self.reader.events():
                self.events.append(event)
        except Exception as error:
            self.error = error

    def seconds(self) -> float:
        return sum(len(event.samples) for event in list(self.events) if isinstance(event, Sound)) / RATE

    def end(self) -> None:
        self.media.finish()
        self.thread.join(20)
        assert not self.thread.is_alive()


def follow(chunks: list[bytes]) -> Followed:
    followed = Followed()
    for chunk in chunks:
        followed.media.push(chunk)
    followed.end()
    return followed


def cut(media: bytes, seed: int, largest: int) -> list[bytes]:
    rng = np.random.default_rng(seed)
    edges = [0]
    while edges[-1] < len(media):
        edges.append(min(len(media), edges[-1] + int(rng.integers(1, largest))))
    return [media[a:b] for a, b in pairwise(edges)]


def sound(events: list[Sound | Picture]) -> Samples:
    return np.concatenate([event.samples for event in events if isinstance(event, Sound)])


def pictures(events: list[Sound | Picture]) -> list[Picture]:
    return [event for event in events if isinstance(event, Picture)]


def fragmented(media: bytes) -> bytes:
    """An mp4 in fragments of a second."""
    buffer = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "1000000"}
    with av.open(io.BytesIO(media), "r") as source, av.open(buffer, "w", format="mp4", options=options) as output:
        copies = [output.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                output.mux(packet)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def long_speech(speech: Samples) -> Samples:
    return np.tile(speech, 4)


@pytest.fixture(scope="session")
def webm(long_speech: Samples) -> bytes:
    """16 s in clusters of 5 s."""
    return compose(long_speech, candidate_picture(), size=(160, 120))


@pytest.fixture(scope="session")
def phone(long_speech: Samples) -> bytes:
    return compose(long_speech, candidate_picture(), container="mp4", size=(160, 120))


@pytest.fixture(scope="session")
def recordings(webm: bytes, phone: bytes) -> dict[str, bytes]:
    return {"webm": webm, "fragmented mp4": fragmented(phone), "mp4": phone}


def clusters(media: bytes) -> list[int]:
    found, at = [], media.find(b"\x1f\x43\xb6\x75")
    while at >= 0:
        found.append(at)
        at = media.find(b"\x1f\x43\xb6\x75", at + 1)
    return found


@pytest.mark.parametrize("container", ["webm", "fragmented mp4", "mp4"])
@pytest.mark.parametrize(("seed", "largest"), [(1, 300), (2, 5_000), (3, 200_000)])
def test_chunks_give_what_the_whole_gives(
    recordings: dict[str, bytes], container: str, seed: int, largest: int
) -> None:
    media = recordings[container]
    reader = MediaReader(io.BytesIO(media))
    whole = list(reader.events())
    grown = follow(cut(media, seed, largest))
    assert reader.problems == grown.reader.problems == set()
    np.testing.assert_array_equal(sound(grown.events), sound(whole))
    assert len(sound(whole)) == pytest.approx(16 * RATE, abs=0.05 * RATE)
    assert [shown.time for shown in pictures(grown.events)] == [shown.time for shown in pictures(whole)]
    assert len(pictures(whole)) == 32
    for ours, theirs in zip(pictures(grown.events), pictures(whole), strict=True):
        np.testing.assert_array_equal(ours.pixels, theirs.pixels)


@pytest.mark.parametrize("container", ["webm", "fragmented mp4"])
def test_read_as_a_stream_it_is_what_a_seeking_decoder_finds(recordings: dict[str, bytes], container: str) -> None:
    with av.open(io.BytesIO(recordings[container]), "r") as source:
        times = [frame.time for frame in source.decode(video=0) if frame.time is not None]
    ticks = [min(time for time in times if time >= tick / 2 - 1e-3) for tick in range(32)]
    found = pictures(list(MediaReader(io.BytesIO(recordings[container])).events()))
    assert [shown.time for shown in found] == pytest.approx(ticks)


def test_events_come_in_the_order_of_the_stream(webm: bytes) -> None:
    reached = 0.0
    for event in MediaReader(io.BytesIO(webm)).events():
        if isinstance(event, Sound):
            assert event.start == pytest.approx(reached)
            reached += len(event.samples) / RATE
        else:
            assert abs(event.time - reached) < 0.4


def test_sound_is_given_as_soon_as_it_is_pushed(webm: bytes) -> None:
    followed = Followed()
    try:
        for start, end in pairwise([0, *clusters(webm)[1:]]):
            followed.media.push(webm[start:end])
            pushed = list(MediaReader(io.BytesIO(webm[:end])).events())
            deadline = time.monotonic() + 10
            while followed.seconds() < len(sound(pushed)) / RATE - 0.3 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert followed.seconds() > len(sound(pushed)) / RATE - 0.3
    finally:
        followed.media.abort()
        followed.thread.join(5)


@pytest.mark.parametrize("pushed", [0, 3, 10_000, 60_000])
def test_abort_ends_the_reader_promptly(webm: bytes, pushed: int) -> None:
    followed = Followed()
    followed.media.push(webm[:pushed])
    time.sleep(0.05)
    followed.media.abort()
    followed.thread.join(1)
    assert not followed.thread.is_alive()
    assert isinstance(followed.error, MediaAborted)


def test_a_reader_that_stops_holds_nothing_more(webm: bytes) -> None:
    media = GrowingMedia()
    media.push(webm)
    events: Iterator[Sound | Picture] = MediaReader(media, limit_s=1.0).events()
    assert len(sound(list(events))) == RATE
    media.push(webm)  # dropped
    with pytest.raises(MediaAborted):
        media.read(1)


def test_a_corrupt_chunk_is_left_out_and_named(recordings: dict[str, bytes]) -> None:
    for container in ("webm", "fragmented mp4"):
        media = recordings[container]
        rng = np.random.default_rng(5)
        for place in (0.3, 0.5):
            first, size = int(place * len(media)), len(media) // 10
            damaged = media[:first] + rng.integers(0, 256, size, np.uint8).tobytes() + media[first + size :]
            grown = follow(cut(damaged, 1, 9_000))
            assert grown.error is None
            assert grown.reader.problems == {"corrupt-parts"}, container
            assert_rest_in_place(grown, media)
            whole = MediaReader(io.BytesIO(damaged))
            np.testing.assert_array_equal(sound(list(whole.events())), sound(grown.events))
            assert whole.gaps == grown.reader.gaps


def test_a_missing_chunk_is_a_gap(recordings: dict[str, bytes]) -> None:
    for container in ("webm", "fragmented mp4"):
        media = recordings[container]
        first, size = int(0.4 * len(media)), len(media) // 9
        grown = follow([media[:first], media[first + size :]])
        assert grown.error is None
        assert grown.reader.problems == {"corrupt-parts"}, container
        assert_rest_in_place(grown, media)


def test_a_missing_cluster_leaves_nothing_corrupt(webm: bytes) -> None:
    edges = clusters(webm)
    grown = follow([webm[: edges[1]], webm[edges[2] :]])
    assert grown.reader.problems == {"missing-parts"}
    assert_rest_in_place(grown, webm)


def assert_rest_in_place(grown: Followed, media: bytes) -> None:
    """One gap, silent, and outside it the sound of the whole recording at its own time."""
    whole = sound(list(MediaReader(io.BytesIO(media)).events()))
    heard = sound(grown.events)
    [(start, end)] = grown.reader.gaps
    assert 0.5 < end - start < 8
    assert len(heard) == pytest.approx(len(whole), abs=0.05 * RATE)
    inside = heard[int((start + 0.1) * RATE) : int((end - 0.1) * RATE)]
    assert np.abs(inside).max() < 1e-3
    np.testing.assert_allclose(heard[: int((start - 0.5) * RATE)], whole[: int((start - 0.5) * RATE)], atol=1e-4)
    ours = heard[int((end + 0.5) * RATE) : int((end + 1.5) * RATE)]
    theirs = whole[int((end + 0.4) * RATE) : int((end + 1.6) * RATE)]
    correlation = np.correlate(theirs, ours, "valid")
    assert correlation.max() > 0.9 * np.square(ours).sum()
    assert abs(int(correlation.argmax()) - 0.1 * RATE) < 0.05 * RATE
    times = [shown.time for shown in pictures(grown.events)]
    assert times == sorted(times) and times[-1] > 15


@pytest.mark.parametrize("container", ["webm", "fragmented mp4"])
def test_swapped_chunks_and_noise_do_no_harm(recordings: dict[str, bytes], container: str) -> None:
    media = recordings[container]
    for seed in range(6):
        chunks = cut(media, seed, 60_000)
        rng = np.random.default_rng(seed)
        one, other = rng.integers(1, len(chunks), 2)
        chunks[one], chunks[other] = chunks[other], chunks[one]
        noisy = bytearray(b"".join(chunks))
        for at in rng.integers(3_000, len(noisy), 20):
            noisy[at] ^= 0xFF
        grown = follow(cut(bytes(noisy), seed, 60_000))
        assert grown.error is None
        assert 4 < grown.seconds() < 40


def test_a_first_chunk_that_is_missing_leaves_nothing_to_read(webm: bytes) -> None:
    grown = follow([webm[5_000:]])
    assert isinstance(grown.error, MediaError)
    assert grown.error.code == "media-unreadable"


@pytest.mark.parametrize("container", ["webm", "fragmented mp4"])
def test_a_recording_that_stops_half_way(recordings: dict[str, bytes], container: str) -> None:
    media = recordings[container]
    for share in (0.5, 0.77):
        grown = follow(cut(media_samples.truncated(media, share), 4, 20_000))
        assert grown.error is None
        assert "ends-early" in grown.reader.problems
        assert 16 * share - 3 < grown.seconds() < 16 * share + 3


@pytest.mark.parametrize(
    ("codecs", "problems", "given"),
    [
        ({b"A_OPUS": b"A_OPUZ"}, {"media-unreadable"}, {Picture}),
        ({b"V_VP8": b"V_VPZ"}, {"media-no-video"}, {Sound}),
        ({b"A_OPUS": b"A_OPUZ", b"V_VP8": b"V_VPZ"}, {"media-unreadable", "media-no-video"}, set()),
    ],
)
def test_a_codec_that_nobody_knows_is_no_defect(
    webm: bytes, codecs: dict[bytes, bytes], problems: set[str], given: set[type]
) -> None:
    for known, unknown in codecs.items():
        assert known in webm
        webm = webm.replace(known, unknown)
    reader = MediaReader(io.BytesIO(webm))
    assert {type(event) for event in reader.events()} == given
    assert reader.problems == problems


def test_nothing_was_ever_pushed() -> None:
    grown = follow([])
    assert isinstance(grown.error, MediaError)
    assert grown.error.code == "media-empty"


def test_a_recorder_that_starts_anew_with_another_resolution(speech: Samples) -> None:
    sizes = [(320, 240), (160, 120)]
    parts = [compose(speech, candidate_picture(), size=size) for size in sizes]
    grown = follow(parts)
    assert grown.error is None
    assert grown.seconds() == pytest.approx(8, abs=0.1)
    shapes = [shown.pixels.shape[:2] for shown in pictures(grown.events)]
    assert shapes == [(240, 320)] * 8 + [(120, 160)] * 8


def test_resolution_within_one_stream() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mpegts") as output:
        stream = output.add_stream("mpeg2video", rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for size, first in (((320, 240), 0), ((160, 120), 50)):
            encoder = av.CodecContext.create("mpeg2video", "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
            encoder.framerate, encoder.time_base = Fraction(25), Fraction(1, 25)
            for number in range(50):
                frame = av.VideoFrame.from_ndarray(np.zeros((size[1], size[0], 3), np.uint8), "rgb24")
                frame.pts, frame.time_base = first + number, Fraction(1, 25)
                for packet in encoder.encode(frame):
                    packet.stream = stream
                    output.mux(packet)
    grown = follow(cut(buffer.getvalue(), 1, 5_000))
    assert grown.error is None
    assert {shown.pixels.shape[:2] for shown in pictures(grown.events)} == {(240, 320), (120, 160)}
    assert grown.reader.problems == {"media-no-audio"}


def test_half_an_hour_is_read_to_its_end() -> None:
    """In chunks of five seconds; what was read is held no more."""
    media = media_samples.three_hours(declared=False)
    media = media[: len(media) // 6]
    growing, size = GrowingMedia(), len(media) // 360
    chunks = iter([media[first : first + size] for first in range(0, len(media), size)])

    def push_next() -> None:
        chunk = next(chunks, None)
        growing.finish() if chunk is None else growing.push(chunk)

    growing.on_wait = push_next
    seconds = sum(len(event.samples) for event in MediaReader(growing).events() if isinstance(event, Sound)) / RATE
    assert seconds == pytest.approx(1800, abs=5)
