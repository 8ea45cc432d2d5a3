"""A second engine listens to a sample of what the first transcribes, and how far they agree is reported."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import jiwer

from models.speech.contract import Recognizer, Segment
from models.speech.transcript import Language, Transcript, is_cjk


@dataclass(frozen=True)
class Agreement:
    """How the second engine's transcript of one segment compares with the first's. It holds no text.

    `edits`: units to substitute, delete and insert to get from the first to the second; `units`: of the first, words
    in English, in Chinese 字 (a foreign word or number counts as one). Their sums over many segments give the rate.
    """

    language: Language
    recognizer: str
    second: str
    edits: int
    units: int

    @property
    def rate(self) -> float:
        """Like a word or character error rate with the first as the reference; 0 means the same words."""
        return self.edits / max(1, self.units)


class ShadowRecognizer:
    """A `Recognizer` that answers with `primary` and has `second` transcribe a `share` (0..1) of its segments as well.

    The second runs on a thread beside, one batch at a time, and changes neither the answer nor when it comes:
    while it is behind, segments are not sampled (`skipped` counts them), and where it raises, `on_error` is told.
    `report` gets the agreement of each sampled segment, on that thread.
    """

    def __init__(
        self,
        primary: Recognizer,
        second: Recognizer,
        share: float,
        report: Callable[[Agreement], None],
        on_error: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"the share that a second engine hears must be between 0 and 1, not {share}")
        self._primary, self._second, self._share = primary, second, share
        self._report, self._on_error = report, on_error
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="shadow-recognizer")
        self._is_behind = False
        self.skipped = 0
        self.name, self.capabilities = primary.name, primary.capabilities

    def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """The primary's transcripts; see `Recognizer.transcribe`."""
        transcripts = self._primary.transcribe(segments)
        sample = [
            (segment, transcript)
            for segment, transcript in zip(segments, transcripts, strict=True)
            if transcript.language in self._second.capabilities.languages and random.random() < self._share
        ]
        if self._is_behind:
            self.skipped += len(sample)
        elif sample:
            self._is_behind = True
            self._thread.submit(self._compare, sample)
        return transcripts

    def close(self) -> None:
        """Wait for the second engine to end what it has, and sample no more."""
        self._thread.shutdown()
        self._share = 0.0

    def _compare(self, sample: Sequence[tuple[Segment, Transcript]]) -> None:
        try:
            seconds = self._second.transcribe([segment for segment, _ in sample])
            for (_, first), second in zip(sample, seconds, strict=True):
                self._report(compare(first, second))
        except Exception as error:
            self._on_error(error)
        finally:
            self._is_behind = False


def compare(first: Transcript, second: Transcript) -> Agreement:
    """Edits between what two engines wrote, case and punctuation aside."""
    said, other = comparable(first.text), comparable(second.text)
    if said:
        counted = jiwer.process_words(" ".join(said), " ".join(other))
        edits = counted.substitutions + counted.deletions + counted.insertions
    else:
        edits = len(other)
    return Agreement(first.language, first.recognizer, second.recognizer, edits, len(said))


def comparable(text: str) -> list[str]:
    """Words in lower case and single 字, without punctuation; apostrophes go, so that "don't" is one word."""
    spaced = ""
    for character in unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", ""):
        spaced += f" {character} " if is_cjk(character) else character
    kept = "".join(character if character.isalnum() or character == " " else " " for character in spaced)
    return kept.split()
