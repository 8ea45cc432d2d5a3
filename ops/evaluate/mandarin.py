"""What each step does for the error rate of Whisper on Mandarin.

Which words an interview listens for is simulated: recordings are taken in tens as if each ten were one interview, whose
keywords are one word out of each reference and as many that only others say.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ctranslate2
import jieba
import jiwer
from faster_whisper import WhisperModel
from pydantic import BaseModel, ConfigDict

from models.speech.contract import Segment
from models.speech.features import LogMel
from models.speech.keyword_pass import hear_keywords, keyword_prompt
from models.speech.recognition import SpeechReader
from models.speech.simplified import simplified
from models.speech.vad import SileroVad
from models.speech.whisper_decoding import BEAM_SIZE, language_tokenizers, longest_output, prompt_of, window_s
from ops.evaluate.manifest import Entry, FileError, read_manifest
from ops.evaluate.normalise import normalise

INTERVIEW = 10
STEPS = ("beam", "asked for Simplified", "keywords, always", "keywords", "others' keywords, always", "others' keywords")
ASKS_FOR_SIMPLIFIED = "以下是普通话的句子，使用简体中文。"


class MandarinEvaluation(BaseModel):
    """`cer` is the corpus character error rate (0..1) after each step, all but the first two of normalised texts.

    "keywords" takes the second decoding only where it has one more of them, "always" everywhere; "others' keywords" are
    lists of which nothing is said. `keywords` counts the keywords spoken; `heard` those that were recognised, by step.
    """

    model_config = ConfigDict(frozen=True)

    files: int
    errors: tuple[FileError, ...]
    cer: dict[str, float]
    keywords: int
    heard: dict[str, int]


@dataclass
class _Recording:
    reference: str
    segments: list[Segment]
    heard: dict[str, str] = field(default_factory=dict)


class _Decoder:
    def __init__(self, folder: Path) -> None:
        self._whisper = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
        self._features = LogMel(self._whisper.model.n_mels)
        self.tokenizer = language_tokenizers(self._whisper.hf_tokenizer)["zh"]

    def steps(self, segment: Segment, keywords: Sequence[str], others: Sequence[str]) -> dict[str, list[int]]:
        features = self._features([segment.audio], window_s(segment)).numpy()
        encoded = self._whisper.model.encode(ctranslate2.StorageView.from_array(features))

        def decode(prompt: list[int], most: int, beam_size: int = BEAM_SIZE) -> list[list[int]]:
            # CTranslate2 keeps half of its maximum for the prompt.
            longest = min(self._whisper.max_length, max(2 * most, len(prompt) + most))
            results = self._whisper.model.generate(encoded, [prompt], beam_size=beam_size, max_length=longest)
            return [[token for token in result.sequences_ids[0] if token < self.tokenizer.eot] for result in results]

        def behind(words: Sequence[str]) -> list[int]:
            return decode(keyword_prompt(self.tokenizer, words), most)[0] if words else beam[0]

        bare = prompt_of(self.tokenizer, timestamps=False)
        most = longest_output([segment], bare)
        asking = [self.tokenizer.sot_prev, *self.tokenizer.encode(ASKS_FOR_SIMPLIFIED), *bare]
        beam = decode(bare, most)
        return {
            "greedy": decode(bare, most, 1)[0],
            "beam": beam[0],
            "asked for Simplified": decode(asking, most)[0],
            "keywords, always": behind(keywords),
            "keywords": hear_keywords(self.tokenizer, beam, [segment], keywords, decode)[0],
            "others' keywords, always": behind(others),
            "others' keywords": hear_keywords(self.tokenizer, beam, [segment], others, decode)[0],
        }


def evaluate_mandarin(data: Path, whisper: Path) -> MandarinEvaluation:
    """Measure the steps on the Mandarin recordings of the manifest in `data`, with the Whisper in that folder.

    A recording that cannot be read is an error and the run goes on. Raises ManifestError where there is no manifest.
    """
    decoder, vad = _Decoder(whisper), SileroVad()
    recordings, errors = list[_Recording](), list[FileError]()
    for entry in _spoken(data):
        try:
            recordings.append(_Recording(entry.fields["ref"], list(SpeechReader(entry.path, vad, "zh").segments())))
        except Exception as error:  # whatever one file does to a decoder, the others are still measured
            errors.append(FileError(path=entry.fields["path"], reason=str(error) or repr(error)))
    interviews = [recordings[first : first + INTERVIEW] for first in range(0, len(recordings), INTERVIEW)]
    said = [[_keyword(recording.reference) for recording in interview] for interview in interviews]
    expected, heard = 0, dict[str, int]()
    for number, interview in enumerate(interviews):
        own = said[number]
        others = sorted({word for words in said for word in words} - set(own))
        some = others[:: max(1, len(others) // INTERVIEW)][:INTERVIEW]
        for recording, keyword in zip(interview, own, strict=True):
            for segment in recording.segments:
                for step, tokens in decoder.steps(segment, sorted({*own, *some}), others[: 2 * INTERVIEW]).items():
                    recording.heard[step] = recording.heard.get(step, "") + decoder.tokenizer.decode(tokens)
            expected += 1
            for step, text in recording.heard.items():
                heard[step] = heard.get(step, 0) + (normalise(keyword, "zh") in normalise(text, "zh"))
    return MandarinEvaluation(
        files=len(recordings) + len(errors),
        errors=tuple(errors),
        cer=dict(_rates(recordings)) if recordings else {},
        keywords=expected,
        heard=heard,
    )


def _spoken(data: Path) -> Iterator[Entry]:
    for entry in read_manifest(data):
        if isinstance(entry, Entry) and entry.fields.get("lang") == "zh" and entry.fields.get("ref"):
            yield entry


def _keyword(reference: str) -> str:
    """The longest word of a reference, the first of several."""
    return str(max(jieba.cut(reference), key=len))


def _rates(recordings: Sequence[_Recording]) -> Iterator[tuple[str, float]]:
    yield "greedy, as written", _rate(recordings, "greedy", _letters)
    yield "greedy, in Simplified", _rate(recordings, "greedy", lambda text: _letters(simplified(text)))
    for step in ("greedy", *STEPS):
        yield step, _rate(recordings, step, lambda text: normalise(text, "zh"))


def _rate(recordings: Sequence[_Recording], step: str, written: Callable[[str], str]) -> float:
    references = [" ".join(written(recording.reference)) for recording in recordings]
    return float(jiwer.wer(references, [" ".join(written(recording.heard.get(step, ""))) for recording in recordings]))


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if unicodedata.category(character)[0] in "LNM")
