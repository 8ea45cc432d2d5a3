"""The rebuilt network against the original, and whose voice the recorded answers are."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from speech_samples import SpokenAnswer, spoken_answers

from models.catalog import model_folder
from models.speakers.encoder import SpeakerEncoder
from models.speakers.heard import HeardVoice, TakeVoices, hear, hear_recording
from models.speakers.judgement import SAME_VOICE, other_voices
from models.speakers.network import DIMENSIONS, WeightsError
from models.speech.contract import SAMPLE_RATE
from models.speech.vad import SileroVad

pytestmark = pytest.mark.integration

# Stretches of the recorded answers (seconds), and what resemblyzer 0.1.4 itself makes of them, run with librosa 0.11:
# the largest numbers of VoiceEncoder.embed_utterance(normalize_volume(sound, -30, increase_only=True), rate=1.25), how
# many are not zero, and their sum.
ORIGINAL: list[tuple[str, float, float, dict[int, float], int, float]] = [
    ("en-1", 1, 4, {102: 0.17766, 127: 0.1743, 148: 0.26791, 180: 0.16281, 193: 0.18667, 197: 0.24473}, 124, 8.571),
    ("zh-2", 8, 16.3, {17: 0.17228, 78: 0.21795, 100: 0.18126, 127: 0.16551, 130: 0.16307, 243: 0.1732}, 160, 9.393),
    ("zh-1", 5, 6, {20: 0.20559, 31: 0.16061, 62: 0.20932, 78: 0.21737, 130: 0.27855, 197: 0.26117}, 112, 8.334),
]
Heard = dict[str, list[HeardVoice]]


@pytest.fixture(scope="module")
def encoder(models_dir: Path) -> SpeakerEncoder:
    return SpeakerEncoder(model_folder("ge2e-speaker", models_dir))


@pytest.fixture(scope="module")
def answers() -> dict[str, SpokenAnswer]:
    return spoken_answers()


@pytest.fixture(scope="module")
def heard(encoder: SpeakerEncoder, answers: dict[str, SpokenAnswer]) -> Heard:
    vad = SileroVad()
    return {name: hear_recording(answer.path, vad, encoder) for name, answer in answers.items()}


@pytest.mark.parametrize(("name", "start", "end", "largest", "positive", "total"), ORIGINAL)
def test_the_vectors_are_those_of_the_original(
    encoder: SpeakerEncoder,
    answers: dict[str, SpokenAnswer],
    name: str,
    start: float,
    end: float,
    largest: dict[int, float],
    positive: int,
    total: float,
) -> None:
    sound = answers[name].audio[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    [vector] = encoder.embed([sound])
    assert {place: float(vector[place]) for place in largest} == pytest.approx(largest, abs=1e-4)
    assert float(vector.sum()) == pytest.approx(total, abs=2e-3)
    assert abs(int((vector > 0).sum()) - positive) <= 1
    assert vector.dtype == np.float32 and float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_a_batch_gives_what_its_sounds_give_alone(encoder: SpeakerEncoder, answers: dict[str, SpokenAnswer]) -> None:
    audio = answers["en-1"].audio
    sounds = [audio[: 2 * SAMPLE_RATE], audio[3 * SAMPLE_RATE : 4 * SAMPLE_RATE], audio[: 9 * SAMPLE_RATE]]
    alone = np.concatenate([encoder.embed([sound]) for sound in sounds])
    np.testing.assert_allclose(encoder.embed(sounds), alone, atol=1e-5)
    assert encoder.embed([]).shape == (0, DIMENSIONS)


def test_silence_is_no_voice_and_no_error(encoder: SpeakerEncoder) -> None:
    [vector] = encoder.embed([np.zeros(SAMPLE_RATE, np.float32)])
    assert np.isfinite(vector).all()


def test_all_stretches_of_a_voice_are_nearer_to_it_than_to_the_other(heard: Heard) -> None:
    voices = {
        language: np.array([one.vector for name in names for one in heard[name]])
        for language, names in {"en": ("en-1", "en-2"), "zh": ("zh-1", "zh-2")}.items()
    }
    means = {language: vectors.mean(0) / np.linalg.norm(vectors.mean(0)) for language, vectors in voices.items()}
    for language, vectors in voices.items():
        other = "zh" if language == "en" else "en"
        assert (vectors @ means[language]).min() > SAME_VOICE + 0.1
        assert (vectors @ means[other]).max() < SAME_VOICE + 0.02


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_candidate_is_one_voice(heard: Heard, language: str) -> None:
    takes = [TakeVoices(heard=heard[f"{language}-{number}"]) for number in (1, 2)]
    assert other_voices(takes) == [[], []]


def played(sound: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
    """Played faster or slower: the voice of somebody smaller or larger."""
    return np.interp(np.arange(0, len(sound), speed), np.arange(len(sound)), sound).astype(np.float32)


@pytest.mark.parametrize(("language", "planted"), [("en", "zh-1"), ("zh", "en-1")])
def test_a_second_voice_in_an_answer_is_seen_where_it_speaks(
    encoder: SpeakerEncoder, answers: dict[str, SpokenAnswer], heard: Heard, language: str, planted: str
) -> None:
    # The two synthetic voices are more alike than most people are: as somebody smaller or larger they are not.
    stranger = played(answers[planted].audio[5 * SAMPLE_RATE : 15 * SAMPLE_RATE], 1.2 if language == "en" else 0.85)
    own = answers[f"{language}-2"].audio
    at = 12 * SAMPLE_RATE
    sound = np.concatenate(
        [own[:at], np.zeros(SAMPLE_RATE, np.float32), stranger, np.zeros(SAMPLE_RATE, np.float32), own[at:]]
    )
    segments = list(SileroVad().segments([sound]))
    mixed = TakeVoices(heard=[one for segment in segments for one in hear([segment], encoder)])
    clean, found = other_voices([TakeVoices(heard=heard[f"{language}-1"]), mixed])
    assert clean == []
    assert found and found[0].kind == "another_voice"
    start, end = 13.0, 13.0 + len(stranger) / SAMPLE_RATE
    assert all(start - 1 <= seen.start and seen.end <= end + 1 for seen in found)
    assert sum(seen.end - seen.start for seen in found) >= 0.6 * (end - start)
    assert all(seen.value is not None and seen.value < SAME_VOICE for seen in found)


def test_a_recording_without_sound_that_can_be_read_has_no_voices(encoder: SpeakerEncoder, tmp_path: Path) -> None:
    (tmp_path / "words.webm").write_bytes(b"words, not media")
    assert hear_recording(tmp_path / "words.webm", SileroVad(), encoder) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no weights", "corrupt"), ({"model_state": {"linear.weight": torch.zeros(2)}}, "other"), ([], "corrupt")],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, content: object, reason: str) -> None:
    file = tmp_path / "pretrained.pt"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        torch.save(content, file)
    with pytest.raises(WeightsError, match=reason) as refused:
        SpeakerEncoder(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "ran",))  # type: ignore[return-value]

    torch.save({"model_state": Hostile()}, tmp_path / "pretrained.pt")
    with pytest.raises(WeightsError):
        SpeakerEncoder(tmp_path)
    assert not (tmp_path / "ran").exists()
