"""What each step does for the error rate of Whisper on Mandarin, and what the keywords do for it as it serves."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2
import jiwer
from faster_whisper import WhisperModel
from pydantic import BaseModel, ConfigDict

from models.speech.contract import Segment
from models.speech.features import LogMel
from models.speech.keyword_pass import hear_keywords, keyword_prompt
from models.speech.recognition import SpeechReader
from models.speech.simplified import simplified
from models.speech.transcript import Language
from models.speech.vad import SileroVad
from models.speech.whisper import WhisperRecognizer
from models.speech.whisper_decoding import BEAM_SIZE, language_tokenizers, longest_output, prompt_of, window_s
from ops.evaluate.keywords import Keywords, Recording, Served, evaluate_served, simulated_keywords
from ops.evaluate.manifest import Entry, FileError, read_manifest
from ops.evaluate.normalise import normalise

STEPS = ("beam", "asked for Simplified", "keywords, always", "keywords", "others' keywords, always", "others' keywords")
ASKS_FOR_SIMPLIFIED = "以下是普通话的句子，使用简体中文。"


class MandarinEvaluation(BaseModel):
    """`cer` is the corpus character error rate (0..1) after each step, all but the first two of normalised texts.

    "keywords" takes of the second decoding only those that the first has not, "always" takes all of it; "others'
    keywords" are lists of which nothing is said. `keywords` counts the keywords spoken; `heard` those that were
    recognised, by step. `served` is the whole engine, in each language of which there are recordings.
    """

    model_config = ConfigDict(frozen=True)

    files: int
    errors: tuple[FileError, ...]
    cer: dict[str, float]
    keywords: int
    heard: dict[str, int]
    served: dict[Language, Served]


@dataclass(frozen=True)
class _Heard:
    """A recording's text by step."""

    reference: str
    texts: dict[str, str]


class _Decoder:
    def __init__(self, folder: Path) -> None:
        self._whisper = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
        self._features = LogMel(self._whisper.model.n_mels)
        self.tokenizer = language_tokenizers(self._whisper.hf_tokenizer)["zh"]

    def steps(self, segment: Segment, keywords: Keywords) -> dict[str, list[int]]:
        features = self._features([segment.audio], window_s(segment)).numpy()
        encoded = self._whisper.model.encode(ctranslate2.StorageView.from_array(features))

        def decode(prompt: list[int], most: int, beam_size: int = BEAM_SIZE) -> list[list[int]]:
            # CTranslate2 keeps half of its maximum for the prompt.
            longest = min(self._whisper.max_length, max(2 * most, len(prompt) + most))
            results = self._whisper.model.generate(encoded, [prompt], beam_size=beam_size, max_length=longest)
            return [[token for token in result.sequences_ids[0] if token < self.tokenizer.eot] for result in results]

        def behind(words: tuple[str, ...]) -> tuple[list[int], list[int]]:
            if not words:
                return beam[0], beam[0]
            always = decode(keyword_prompt(self.tokenizer, words), most)
            listening = replace(segment, keywords=words)
            return always[0], hear_keywords(self.tokenizer, beam, [listening], lambda *_: always)[0]

        bare = prompt_of(self.tokenizer, timestamps=False)
        most = longest_output([segment], bare)
        asking = [self.tokenizer.sot_prev, *self.tokenizer.encode(ASKS_FOR_SIMPLIFIED), *bare]
        beam = decode(bare, most)
        (always, own), (others_always, others) = behind(keywords.own), behind(keywords.others)
        return {
            "greedy": decode(bare, most, 1)[0],
            "beam": beam[0],
            "asked for Simplified": decode(asking, most)[0],
            "keywords, always": always,
            "keywords": own,
            "others' keywords, always": others_always,
            "others' keywords": others,
        }

    def texts(self, recording: Recording, keywords: Keywords) -> _Heard:
        """What each step makes of all segments of a recording."""
        texts: dict[str, str] = {}
        for segment in recording.segments:
            for step, tokens in self.steps(segment, keywords).items():
                texts[step] = texts.get(step, "") + self.tokenizer.decode(tokens)
        return _Heard(recording.reference, texts)


def evaluate_mandarin(data: Path, whisper: Path) -> MandarinEvaluation:
    """Measure the steps on the Mandarin recordings of the manifest in `data`, with the Whisper in that folder.

    English ones count for `served` alone. A recording that cannot be read is an error and the run goes on. Raises
    ManifestError where there is no manifest.
    """
    vad, errors = SileroVad(), list[FileError]()
    recordings: dict[Language, list[Recording]] = {"zh": [], "en": []}
    for entry, language in _spoken(data):
        try:
            segments = list(SpeechReader(entry.path, vad, language).segments())
            recordings[language].append(Recording(entry.fields["ref"], segments))
        except Exception as error:  # whatever one file does to a decoder, the others are still measured
            errors.append(FileError(path=entry.fields["path"], reason=str(error) or repr(error)))
    mandarin = recordings["zh"]
    keywords = simulated_keywords([recording.reference for recording in mandarin], "zh")
    decoder = _Decoder(whisper)
    heard = [decoder.texts(recording, words) for recording, words in zip(mandarin, keywords, strict=True)]
    recognizer = WhisperRecognizer(whisper)
    served = {language: evaluate_served(found, language, recognizer) for language, found in recordings.items()}
    return MandarinEvaluation(
        files=sum(map(len, recordings.values())) + len(errors),
        errors=tuple(errors),
        cer=dict(_rates(heard)) if heard else {},
        keywords=len(keywords),
        heard={
            step: sum(
                normalise(words.said, "zh") in normalise(said.texts.get(step, ""), "zh")
                for words, said in zip(keywords, heard, strict=True)
            )
            for step in ("greedy", *STEPS)
            if heard
        },
        served={language: result for language, result in served.items() if result is not None},
    )


def _spoken(data: Path) -> Iterator[tuple[Entry, Language]]:
    for entry in read_manifest(data):
        if isinstance(entry, Entry) and entry.fields.get("lang") in ("zh", "en") and entry.fields.get("ref"):
            yield entry, entry.fields["lang"]


def _rates(recordings: Sequence[_Heard]) -> Iterator[tuple[str, float]]:
    yield "greedy, as written", _rate(recordings, "greedy", _letters)
    yield "greedy, in Simplified", _rate(recordings, "greedy", lambda text: _letters(simplified(text)))
    for step in ("greedy", *STEPS):
        yield step, _rate(recordings, step, lambda text: normalise(text, "zh"))


def _rate(recordings: Sequence[_Heard], step: str, written: Callable[[str], str]) -> float:
    references = [" ".join(written(recording.reference)) for recording in recordings]
    return float(jiwer.wer(references, [" ".join(written(recording.texts.get(step, ""))) for recording in recordings]))


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if unicodedata.category(character)[0] in "LNM")
