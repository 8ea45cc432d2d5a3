"""How well speech is recognised: error rates and speed of our path against the bare engine, and invented words."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import jiwer
from pydantic import BaseModel, ConfigDict

from models.media.audio import decode_audio
from models.speech.transcript import Language, Transcript
from ops.evaluate.manifest import BadLine, Entry, FileError, read_manifest
from ops.evaluate.normalise import units

Transcribe = Callable[[Path, Language | None], Transcript]
TranscribeBare = Callable[[Path, Language | None], str]

NOT_SPEECH = {"no_speech", "corrupt"}
# What a manifest may list beside recordings.
OTHER_MEDIA = {".jpg", ".jpeg", ".png", ".webp", ".csv", ".json", ".jsonl", ".txt", ".md", ".pdf", ".tsv"}


class ErrorRates(BaseModel):
    """Corpus error rates, 0..1: words for English, characters (字) for Chinese; None where there is no such speech."""

    model_config = ConfigDict(frozen=True)

    files: int
    wer: float | None = None
    cer: float | None = None
    bare_wer: float | None = None
    bare_cer: float | None = None


class SpeechEvaluation(ErrorRates):
    """`files` is all that were tried, of which `errors` failed (`error_files`); the rates are over the others.

    `rtfx` is seconds of sound per second of processing; `hallucinated` counts files without speech that yielded words.
    """

    errors: int
    error_files: tuple[FileError, ...]
    audio_s: float
    rtfx: float | None
    bare_rtfx: float | None
    silent_files: int
    hallucinated: int
    hallucinated_files: tuple[str, ...]
    bare_hallucinated: int
    styles: dict[str, ErrorRates]


@dataclass(frozen=True)
class _Result:
    name: str
    style: str
    language: Language | None  # None where nobody speaks
    reference: list[str]
    ours: list[str]
    bare: list[str]
    audio_s: float
    ours_s: float
    bare_s: float


class _Unusable(Exception):
    """Why an entry cannot be evaluated."""


def evaluate_speech(data: Path, transcribe: Transcribe, bare: TranscribeBare) -> SpeechEvaluation:
    """Run every recording of the manifest in `data` through both, and score them on the same files.

    A recording that is damaged, or on which either fails, is an error and the run goes on. Raises ManifestError where
    there is no manifest.
    """
    results: list[_Result] = []
    errors: list[FileError] = []
    for entry in read_manifest(data):
        if isinstance(entry, BadLine):
            errors.append(FileError(path=entry.where, reason=entry.reason))
            continue
        if not _is_recording(entry):
            continue
        try:
            results.append(_evaluate(entry, transcribe, bare))
        except Exception as error:  # whatever one file does to an engine, the others are still measured
            errors.append(FileError(path=entry.fields["path"], reason=str(error) or repr(error)))
    silent = [result for result in results if result.language is None]
    invented = tuple(result.name for result in silent if result.ours)
    return SpeechEvaluation(
        **_rates(results).model_dump(exclude={"files"}),
        files=len(results) + len(errors),
        errors=len(errors),
        error_files=tuple(errors),
        audio_s=sum(result.audio_s for result in results),
        rtfx=_speed(results, sum(result.ours_s for result in results)),
        bare_rtfx=_speed(results, sum(result.bare_s for result in results)),
        silent_files=len(silent),
        hallucinated=len(invented),
        hallucinated_files=invented,
        bare_hallucinated=sum(bool(result.bare) for result in silent),
        styles={
            style: _rates([result for result in results if result.style == style])
            for style in sorted({result.style for result in results if result.language})
        },
    )


def _is_recording(entry: Entry) -> bool:
    """A parent of several folders also lists pictures and tables."""
    return entry.path.suffix.lower() not in OTHER_MEDIA


def _evaluate(entry: Entry, transcribe: Transcribe, bare: TranscribeBare) -> _Result:
    language, reference = _reference(entry)
    audio = decode_audio(entry.path)
    if audio.problems:
        raise _Unusable(f"damaged: {', '.join(audio.problems)}")
    started = time.perf_counter()
    ours = transcribe(entry.path, language).text
    between = time.perf_counter()
    theirs = bare(entry.path, language)
    ended = time.perf_counter()
    scored = language or "en"
    return _Result(
        name=entry.fields["path"],
        style=str(entry.fields.get("style") or "other"),
        language=language,
        reference=units(reference, scored),
        ours=units(ours, scored) if language else ours.split(),
        bare=units(theirs, scored) if language else theirs.split(),
        audio_s=audio.seconds,
        ours_s=between - started,
        bare_s=ended - between,
    )


def _reference(entry: Entry) -> tuple[Language | None, str]:
    """The language and text of an entry; no language where it holds no speech."""
    reference = entry.fields.get("ref")
    if entry.fields.get("label") in NOT_SPEECH or reference == "":
        return None, ""
    if not isinstance(reference, str):
        raise _Unusable('has no "ref" and is not labelled as without speech')
    spoken = str(entry.fields.get("lang") or "").lower()
    if spoken.startswith("en"):
        return "en", reference
    if spoken.startswith(("zh", "cmn")):
        return "zh", reference
    raise _Unusable(f"unknown language {spoken!r}: zh and en are known")


def _rates(results: Iterable[_Result]) -> ErrorRates:
    results = list(results)
    english = [result for result in results if result.language == "en" and result.reference]
    chinese = [result for result in results if result.language == "zh" and result.reference]
    return ErrorRates(
        files=len(results),
        wer=_error_rate([(result.reference, result.ours) for result in english]),
        cer=_error_rate([(result.reference, result.ours) for result in chinese]),
        bare_wer=_error_rate([(result.reference, result.bare) for result in english]),
        bare_cer=_error_rate([(result.reference, result.bare) for result in chinese]),
    )


def _error_rate(pairs: list[tuple[list[str], list[str]]]) -> float | None:
    """Substitutions, deletions and insertions over all references' units."""
    if not pairs:
        return None
    return float(jiwer.wer([" ".join(reference) for reference, _ in pairs], [" ".join(said) for _, said in pairs]))


def _speed(results: list[_Result], seconds: float) -> float | None:
    return sum(result.audio_s for result in results) / seconds if results and seconds else None
