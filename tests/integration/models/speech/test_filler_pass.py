"""Fillers come back from a second decoding of real speech, and the words stay."""

from pathlib import Path

import ctranslate2
import pytest
from faster_whisper import WhisperModel
from speech_samples import SpokenAnswer

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.features import LogMel
from models.speech.filler_pass import SOUNDS, recover_fillers
from models.speech.whisper_decoding import BEAM_SIZE, language_tokenizers, prompt_of

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def whisper(models_dir: Path) -> WhisperModel:
    return WhisperModel(str(models_dir / "whisper-base"), device="cpu", compute_type="int8", cpu_threads=1)


def test_um_and_uh_come_back(whisper: WhisperModel, answers: dict[str, SpokenAnswer]) -> None:
    answer = answers["en-1"]
    segment = Segment(audio=answer.audio[: 15 * SAMPLE_RATE], start=0.0, language="en")
    tokenizer = language_tokenizers(whisper.hf_tokenizer)["en"]
    encoded = whisper.model.encode(ctranslate2.StorageView.from_array(LogMel()([segment.audio]).numpy()))

    def decode(rows: list[int], prompts: list[list[int]], most: int) -> list[list[int]]:
        # CTranslate2 keeps half of its maximum for the prompt.
        results = whisper.model.generate(encoded, prompts, beam_size=BEAM_SIZE, max_length=2 * most)
        return [[token for token in result.sequences_ids[0] if token < tokenizer.eot] for result in results]

    [plain] = decode([0], [prompt_of(tokenizer, timestamps=False)], 100)
    # What an engine writes that leaves every filler out, as this one does with most speakers.
    tidy = " " + " ".join(word for word in tokenizer.decode(plain).split() if not _is_filler(word))
    [recovered] = recover_fillers(tokenizer, [tokenizer.encode(tidy)], [segment], decode)
    words = tokenizer.decode(recovered).split()
    assert [word for word in words if not _is_filler(word)] == tidy.split()
    assert [_bare(word) for word in words if _is_filler(word)] == ["um", "uh"]
    assert _bare(words[0]) == "um" and "and, uh, actually" in " ".join(words)


def _bare(word: str) -> str:
    return word.strip(".,?!").lower()


def _is_filler(word: str) -> bool:
    return SOUNDS["en"].fullmatch(_bare(word)) is not None
