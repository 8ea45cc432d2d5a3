"""How well fillers, pauses and the times of words are found in unscripted speech."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import jiwer
from pydantic import BaseModel, ConfigDict

from models.speech.fillers import HESITATIONS, filler_spans
from models.speech.transcript import Language, Transcript, Word, is_cjk
from ops.evaluate.manifest import BadLine, Entry, FileError, read_manifest
from ops.evaluate.normalise import units

Span = tuple[float, float]
# A recording's transcript, and the stretches of it (seconds) in which somebody was heard.
Listen = Callable[[Path, Language | None], tuple[Transcript, Sequence[Span]]]

FILLER = "<filler>"
# Written in one word, "you know" is a filler whatever stands around it.
REDUCED: dict[Language, str] = {"en": r"\by'?know\b", "zh": "(?!)"}
# Below this voice activity detection bridges a gap: it is the speech's own rhythm.
PAUSE_S = 0.3


class FillerEvaluation(BaseModel):
    """`files` is all that were tried, of which `errors` failed (`error_files`).

    f1, precision, recall: of the `expected` fillers and those `found`, over all files; one is right where it stands in
    its place among the words. pause_mae_s: mean absolute error of the length of the `pauses` that the manifest times,
    one that was not heard counting with its whole length. word_time_mae_s: that of the start and end of the `words` it
    times and that were recognised. None where there is nothing to measure.
    """

    model_config = ConfigDict(frozen=True)

    files: int
    errors: int
    error_files: tuple[FileError, ...]
    expected: int
    found: int
    f1: float | None
    precision: float | None
    recall: float | None
    pauses: int
    pause_mae_s: float | None
    words: int
    word_time_mae_s: float | None


@dataclass
class _Tally:
    expected: int = 0
    found: int = 0
    right: int = 0
    pause_errors: list[float] = field(default_factory=list)
    time_errors: list[float] = field(default_factory=list)


def evaluate_fillers(data: Path, listen: Listen) -> FillerEvaluation:
    """Run every recording of the manifest in `data` that has a reference, and compare.

    A recording on which that fails is an error and the run goes on. Raises ManifestError where there is no manifest.
    """
    files, tally, errors = 0, _Tally(), list[FileError]()
    for entry in read_manifest(data):
        if isinstance(entry, BadLine):
            files += 1
            errors.append(FileError(path=entry.where, reason=entry.reason))
            continue
        if entry.fields.get("ref") is None and "words" not in entry.fields and "vad" not in entry.fields:
            continue
        files += 1
        try:
            language = _language(entry)
            _compare(entry, language, *listen(entry.path, language), tally)
        except Exception as error:  # whatever one file does to an engine, the others are still measured
            errors.append(FileError(path=entry.fields["path"], reason=str(error) or repr(error)))
    return FillerEvaluation(
        files=files,
        errors=len(errors),
        error_files=tuple(errors),
        expected=tally.expected,
        found=tally.found,
        f1=_ratio(2 * tally.right, tally.expected + tally.found),
        precision=_ratio(tally.right, tally.found),
        recall=_ratio(tally.right, tally.expected),
        pauses=len(tally.pause_errors),
        pause_mae_s=_ratio(sum(tally.pause_errors), len(tally.pause_errors)),
        words=len(tally.time_errors) // 2,
        word_time_mae_s=_ratio(sum(tally.time_errors), len(tally.time_errors)),
    )


def _language(entry: Entry) -> Language:
    spoken = str(entry.fields.get("lang") or "").lower()
    return "zh" if spoken.startswith(("zh", "cmn")) else "en"


def _compare(entry: Entry, language: Language, transcript: Transcript, heard: Sequence[Span], tally: _Tally) -> None:
    words = [
        Word(text=text, start=start, end=end, confidence=1.0) for text, start, end in entry.fields.get("words", [])
    ]
    silences = [(start, end) for kind, start, end in entry.fields.get("vad", [])[1:-1] if kind == "silence"]
    reference = entry.fields.get("ref")
    if isinstance(reference, str):
        fillers = entry.fields.get("fillers")
        listed = None if fillers is None else [str(filler) for filler in fillers]
        expected = _marked(reference.lower(), _reference_fillers(reference.lower(), listed, language), language)
        found = _marked(*filler_spans(transcript), language)
        tally.expected += expected.count(FILLER)
        tally.found += found.count(FILLER)
        tally.right += sum(expected[place] == FILLER for place, _ in _matches(expected, found))
    said = [(_key(word.text), word) for word in transcript.words]
    for place, match in _matches([_key(word.text) for word in words], [key for key, _ in said]):
        one, other = words[place], said[match][1]
        tally.time_errors += [abs(one.start - other.start), abs(one.end - other.end)]
    pauses = [(one.end, other.start) for one, other in pairwise(words)] + silences
    gaps = [(one[1], other[0]) for one, other in pairwise(heard)]
    tally.pause_errors += [_missed(pause, gaps) for pause in pauses if pause[1] - pause[0] >= PAUSE_S]


def _reference_fillers(text: str, listed: Sequence[str] | None, language: Language) -> list[tuple[int, int]]:
    """Where `text` has a filler that the manifest lists or, without a list, a hesitation."""
    if listed is None:
        return [match.span() for match in re.finditer(f"{REDUCED[language]}|{HESITATIONS[language].pattern}", text)]
    words = "|".join(_whole(word.lower()) for word in listed) or "(?!)"
    return [match.span() for match in re.finditer(words, text)]


def _whole(word: str) -> str:
    return re.escape(word) if is_cjk(word[:1]) else rf"\b{re.escape(word)}\b"


def _marked(text: str, fillers: Sequence[tuple[int, int]], language: Language) -> list[str]:
    """The units of `text` as they are scored, with FILLER for each filler at (first, end) characters."""
    marked, reached = list[str](), 0
    for first, end in fillers:
        marked += [*units(text[reached:first], language), FILLER]
        reached = end
    return marked + units(text[reached:], language)


def _matches(reference: Sequence[str], said: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of equal units in both, where they are aligned with the fewest changes."""
    if not reference or not said:
        return
    [chunks] = jiwer.process_words(" ".join(reference), " ".join(said)).alignments
    for chunk in chunks:
        if chunk.type == "equal":
            yield from zip(
                range(chunk.ref_start_idx, chunk.ref_end_idx),
                range(chunk.hyp_start_idx, chunk.hyp_end_idx),
                strict=True,
            )


def _key(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalnum()) or "-"


def _missed(pause: Span, gaps: Sequence[Span]) -> float:
    """How wrong the length of the gap is that shares the most time with `pause`."""
    shared, gap = max(((min(pause[1], b) - max(pause[0], a), (a, b)) for a, b in gaps), default=(0.0, (0.0, 0.0)))
    length = gap[1] - gap[0] if shared > 0 else 0.0
    return abs((pause[1] - pause[0]) - length)


def _ratio(part: float, whole: int) -> float | None:
    return part / whole if whole else None
