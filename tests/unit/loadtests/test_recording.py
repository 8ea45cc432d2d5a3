"""The recorded answers, and the candidate recordings composed from them."""

import io
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import loadtests
from loadtests.recording import FRAME_RATE, SAMPLE_RATE, SIZE, candidate_picture, compose, decode

pytestmark = pytest.mark.unit

FOLDER = Path(loadtests.__file__).parent / "recordings"
ANSWERS: list[dict[str, Any]] = tomllib.loads((FOLDER / "answers.toml").read_text("utf-8"))["answers"]


def quiet_stretches(samples: NDArray[np.float32]) -> list[float]:
    """Seconds of each stretch in which no 10 ms window exceeds -40 dBFS."""
    window = SAMPLE_RATE // 100
    loud = np.abs(samples[: len(samples) // window * window]).reshape(-1, window).max(axis=1) > 0.01
    edges = [-1, *np.flatnonzero(loud), len(loud)]
    return [(b - a - 1) / 100 for a, b in pairwise(edges) if b - a > 1]


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float32]:
    return decode(FOLDER / "en-1.opus")[: 6 * SAMPLE_RATE]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["id"])
def test_answer_is_as_described(answer: dict[str, Any]) -> None:
    path = FOLDER / answer["file"]
    assert path.stat().st_size < 150_000
    samples = decode(path)
    assert 25 < len(samples) / SAMPLE_RATE < 40
    assert 0.4 < np.abs(samples).max() < 1

    long = [seconds for seconds in quiet_stretches(samples) if seconds > 2]
    wanted = [pause["seconds"] for pause in answer["pauses"]]
    assert long == pytest.approx(wanted, abs=0.2)
    assert all(pause["after"] in answer["spoken"] for pause in answer["pauses"])

    spoken = answer["spoken"].lower()
    missed = [k["term"] for k in answer["keywords"] if not any(form in spoken for form in [k["term"], *k["variants"]])]
    assert missed == answer["misses"]


def test_each_language_has_both_questions_a_pause_and_a_missed_keyword() -> None:
    for language in ("en", "zh"):
        answers = [answer for answer in ANSWERS if answer["language"] == language]
        assert sorted(answer["kind"] for answer in answers) == ["situational", "structured"]
        assert any(answer["pauses"] for answer in answers)
        assert any(answer["misses"] for answer in answers)


@pytest.mark.parametrize(
    ("container", "codecs"), [("webm", ["vp8", "opus"]), ("mp4", ["h264", "aac"])], ids=["webm", "mp4"]
)
def test_recording_holds_the_speech_and_a_moving_picture(
    speech: NDArray[np.float32], tmp_path: Path, container: Any, codecs: list[str]
) -> None:
    path = tmp_path / f"answer.{container}"
    path.write_bytes(compose(speech, candidate_picture(), container=container))

    with av.open(path, "r") as recording:
        assert [stream.codec_context.name for stream in recording.streams] == codecs
        # Browsers' live WebM tells no duration, a finished MP4 does.
        assert recording.duration is None if container == "webm" else recording.duration == pytest.approx(6e6, rel=0.01)
        frames = [frame.to_ndarray(format="rgb24") for frame in recording.decode(video=0)]
    assert len(frames) == 6 * FRAME_RATE
    assert {frame.shape for frame in frames} == {(SIZE[1], SIZE[0], 3)}
    changes = [np.abs(b.astype(np.int16) - a).mean() for a, b in pairwise(frames)]
    assert min(changes) > 0.2  # grey levels: the picture never stands still
    assert max(changes) < 20  # and never jumps

    heard = decode(path)
    assert len(heard) == pytest.approx(len(speech), abs=0.05 * SAMPLE_RATE)
    # 10 ms envelopes, so that the codec's phase and its few milliseconds of delay do not matter.
    envelopes = [np.sqrt(np.square(samples[: 590 * 480]).reshape(590, 480).mean(axis=1)) for samples in (speech, heard)]
    assert np.corrcoef(*envelopes)[0, 1] > 0.95


def test_sound_and_picture_are_interleaved(speech: NDArray[np.float32]) -> None:
    last = {"video": 0.0, "audio": 0.0}
    with av.open(io.BytesIO(compose(speech, candidate_picture(), 3)), "r") as recording:
        for packet in recording.demux():
            if packet.dts is not None:
                last[packet.stream.type] = float(packet.dts * packet.time_base)
                assert abs(last["video"] - last["audio"]) < 0.5


@pytest.mark.parametrize("seconds", [2.0, 8.0])
def test_seconds_cuts_or_pads_the_speech(speech: NDArray[np.float32], tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "answer.webm"
    path.write_bytes(compose(speech, None, seconds))
    heard = decode(path)
    assert len(heard) / SAMPLE_RATE == pytest.approx(seconds, abs=0.05)
    assert np.abs(heard[int(6.1 * SAMPLE_RATE) :]).max(initial=0) < 0.01


def test_without_picture_there_is_no_video(speech: NDArray[np.float32]) -> None:
    with av.open(io.BytesIO(compose(speech, None)), "r") as recording:
        assert [stream.type for stream in recording.streams] == ["audio"]


def test_a_file_of_another_rate_is_resampled(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with av.open(path, "w") as wav:
        stream = wav.add_stream("pcm_s16le", rate=8_000, layout="mono")
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000)
        frame = av.AudioFrame.from_ndarray((tone * 32_767).astype(np.int16)[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = 8_000
        wav.mux([*stream.encode(frame), *stream.encode(None)])
    samples = decode(path)
    assert len(samples) == pytest.approx(SAMPLE_RATE, abs=SAMPLE_RATE // 100)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(samples) == pytest.approx(440, abs=2)


def test_an_unreadable_speech_file_raises(tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("not sound")
    with pytest.raises(av.FFmpegError):
        compose(path, None)
