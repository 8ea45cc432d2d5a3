"""Engines that compute nothing: they keep their contracts, take their time, and say everywhere what they are."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from models.faces.contract import Stretch
from models.faces.timed import TimedFaceEngine
from models.language.timed import TimedEmbedder
from models.service_times import ServiceTimes
from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.timed import TimedRecognizer
from models.voice.contract import Text
from models.voice.timed import TimedVoice

pytestmark = pytest.mark.unit

FRAME = np.zeros((48, 64, 3), np.uint8)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that engines slept."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


def segment(seconds: float, start: float = 0.0, spans: Sequence[tuple[float, float]] = ()) -> Segment:
    return Segment(np.zeros(round(seconds * SAMPLE_RATE), np.float32), start, "zh", tuple(spans))


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_every_name_says_that_nothing_was_computed(device: str) -> None:
    times = ServiceTimes.of(device)  # type: ignore[arg-type]
    engines = [TimedRecognizer(times), TimedFaceEngine(times), TimedEmbedder(times), TimedVoice(times)]
    assert all(engine.name.startswith("timed: scripted results of no model") for engine in engines)


def test_a_card_that_was_not_measured_is_not_said_to_be() -> None:
    assert "not measured" in ServiceTimes.of("cuda").name
    assert "not measured" not in ServiceTimes.of("cpu").name


def test_service_times_of_ones_own_are_used_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "times.toml"
    file.write_text('[cuda]\nbasis = "ours"\nspeech = { row_s = 1, audio_s = 0 }\nframe_s = 1\ntext_s = 1\n')
    assert ServiceTimes.of("cuda", file).name == "timed: scripted results of no model, ours"
    file.write_text(file.read_text().replace("frame_s = 1", "frame_s = -1"))
    with pytest.raises(ValidationError, match="frame_s"):
        ServiceTimes.of("cuda", file)


def test_speech_is_scripted_where_there_was_some_and_takes_its_time(slept: list[float]) -> None:
    recognizer = TimedRecognizer(ServiceTimes.of("cpu"))
    quiet, spoken = recognizer.transcribe([segment(4), segment(10, start=5, spans=[(6, 8), (10, 14)])])
    times = ServiceTimes.of("cpu").speech
    assert slept == [pytest.approx(2 * times.row_s + 14 * times.audio_s)]
    assert spoken.text.startswith("计时引擎的脚本，") and spoken.recognizer == recognizer.name
    assert all(6 <= word.start < word.end <= 8.001 or 10 <= word.start < word.end <= 14.001 for word in spoken.words)
    assert len(quiet.words) == 10


def test_faces_are_scripted_and_are_nobody(slept: list[float]) -> None:
    engine = TimedFaceEngine(ServiceTimes.of("cpu"))
    [followed] = engine.follow([Stretch([FRAME, FRAME])])
    assert [len(faces) for faces in followed.faces] == [1, 1]
    face = followed.faces[0][0]
    assert face.embedding is None and face.expressions is None
    assert (face.box >= 0).all() and (face.box <= [64, 48, 64, 48]).all()
    assert slept == [pytest.approx(2 * ServiceTimes.of("cpu").frame_s)]


def test_vectors_are_scripted_and_mean_nothing(slept: list[float]) -> None:
    embedder = TimedEmbedder(ServiceTimes.of("cpu"))
    vectors = embedder.embed(["one", "two", "one"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1) and vectors.dtype == np.float32
    assert (vectors[0] == vectors[2]).all() and abs(vectors[0] @ vectors[1]) < 0.3
    assert embedder.embed([]).shape == (0, vectors.shape[1])
    assert slept[0] == pytest.approx(3 * ServiceTimes.of("cpu").text_s)


def test_a_timed_voice_sounds_and_says_nothing(slept: list[float]) -> None:
    times = ServiceTimes.of("cpu")
    short, long = TimedVoice(times).speak([Text("Why?", "en"), Text("为什么？" * 90, "zh")])
    assert short.seconds == long.seconds == 0.5 and np.abs(short.samples).max() > 0.1
    assert slept == [pytest.approx(times.voice_s * (4 / 14 + 360 / 4.5))] and slept[0] > 0
