"""How well voices are told apart: the cosines of one voice and of two, and what a session's judgement makes of them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from models.speakers.heard import HeardVoice, TakeVoices
from models.speakers.judgement import SAME_VOICE, other_voices
from ops.evaluate.manifest import BadLine, Entry, FileError, read_manifest

# The voices of a recording, stretch by stretch.
Hear = Callable[[Path], Sequence[HeardVoice]]
Vectors = NDArray[np.float32]

ANSWER_S = 120.0
ANSWERS = 20  # simulated of each speaker
PLANTED = (2, 4, 6)  # stretches of another voice
_SEED = 0


class Cosines(BaseModel):
    """`n` cosines: the smallest 1 % and 5 %, the median, the largest 5 % and 1 %. None where there are none."""

    model_config = ConfigDict(frozen=True)

    n: int
    p1: float | None
    p5: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class LanguageVoices(BaseModel):
    """Of one language. own, others: stretches to the mean of their own speaker's other stretches, and of others' means;
    same_pairs, different_pairs: single stretches, of one recording and of different speakers. own_below, others_above:
    how many of the first two lie below the threshold, and not below, 0..1.
    """

    model_config = ConfigDict(frozen=True)

    speakers: int
    stretches: int
    same_pairs: Cosines
    different_pairs: Cosines
    own: Cosines
    others: Cosines
    own_below: float | None
    others_above: float | None


class VoiceEvaluation(BaseModel):
    """`files` is all that were tried, of which `errors` failed (`error_files`).

    answers: simulated answers of two minutes by one speaker, of which `false_alarms` have another voice. planted: such
    answers with so many stretches of another speaker (by number); `seen` of them. dialogues: recordings with turns;
    turn_recall: how many stretches of the lesser speakers are seen; turn_precision: how many of those seen are theirs.
    """

    model_config = ConfigDict(frozen=True)

    files: int
    errors: int
    error_files: tuple[FileError, ...]
    languages: dict[str, LanguageVoices]
    answers: int
    false_alarms: int
    planted: dict[int, int]
    seen: dict[int, int]
    dialogues: int
    turn_recall: float | None
    turn_precision: float | None


def evaluate_voices(data: Path, hear: Hear) -> VoiceEvaluation:
    """Listen to every recording of the manifest in `data` that names its speaker, or has turns.

    A speaker that is called unknown is another one in each recording. A recording that fails is an error, and the run
    goes on. Raises ManifestError where there is no manifest.
    """
    files, errors = 0, list[FileError]()
    recordings: dict[str, dict[str, list[list[HeardVoice]]]] = {}
    dialogues: list[tuple[list[HeardVoice], list[str | None]]] = []
    for entry in read_manifest(data):
        if isinstance(entry, BadLine):
            files += 1
            errors.append(FileError(path=entry.where, reason=entry.reason))
            continue
        speaker = _speaker(entry)
        if speaker is None and "turns" not in entry.fields:
            continue
        files += 1
        try:
            heard = list(hear(entry.path))
        except Exception as error:  # whatever one file does, the others are still measured
            errors.append(FileError(path=entry.fields["path"], reason=str(error) or repr(error)))
            continue
        if "turns" in entry.fields:
            dialogues.append((heard, [_at(entry.fields["turns"], one) for one in heard]))
        elif speaker is not None and heard:
            language = recordings.setdefault(str(entry.fields.get("lang", ""))[:2], {})
            language.setdefault(speaker, []).append(heard)
    tried, alarms, planted, seen = _answers([part for spoken in recordings.values() for part in spoken.items()])
    recall, precision = _turns(dialogues)
    return VoiceEvaluation(
        files=files,
        errors=len(errors),
        error_files=tuple(errors),
        languages={language: _language(list(spoken.values())) for language, spoken in recordings.items()},
        answers=tried,
        false_alarms=alarms,
        planted=planted,
        seen=seen,
        dialogues=len(dialogues),
        turn_recall=recall,
        turn_precision=precision,
    )


def _speaker(entry: Entry) -> str | None:
    """The one speaker of a recording, or None."""
    name = entry.fields.get("speaker")
    if not isinstance(name, str) or "diarization" in entry.fields:
        return None
    if name.startswith("unknown"):
        return f"{name} {entry.path}"
    return None if any(mark in name for mark in "+,") else name


def _language(speakers: list[list[list[HeardVoice]]]) -> LanguageVoices:
    voices = [_vectors(one for recording in recordings for one in recording) for recordings in speakers]
    known = [own for own in voices if len(own) >= 4]
    within = [_vectors(recording) for recordings in speakers for recording in recordings]
    own = np.array([float(row @ _mean(np.delete(part, place, 0))) for part in known for place, row in enumerate(part)])
    others = _joined((two @ _mean(one) for one in known for two in voices if two is not one), np.float32)
    return LanguageVoices(
        speakers=len(voices),
        stretches=sum(map(len, voices)),
        same_pairs=_cosines(_joined(((part @ part.T)[np.triu_indices(len(part), 1)] for part in within), np.float32)),
        different_pairs=_cosines(_joined(((one @ two.T).ravel() for one, two in combinations(voices, 2)), np.float32)),
        own=_cosines(own),
        others=_cosines(others),
        own_below=float((own < SAME_VOICE).mean()) if len(own) else None,
        others_above=float((others >= SAME_VOICE).mean()) if len(others) else None,
    )


def _answers(
    speakers: list[tuple[str, list[list[HeardVoice]]]],
) -> tuple[int, int, dict[int, int], dict[int, int]]:
    """How many answers were simulated, had a false alarm, had so many stretches planted, and were seen to."""
    chance = np.random.default_rng(_SEED)
    voices = {name: [one for recording in recordings for one in recording] for name, recordings in speakers}
    long = {name: own for name, own in voices.items() if sum(one.seconds for one in own) >= ANSWER_S / 3}
    tried = alarms = 0
    planted, seen = dict.fromkeys(PLANTED, 0), dict.fromkeys(PLANTED, 0)
    for name, own in long.items():
        for _ in range(ANSWERS):
            answer = _drawn(own, ANSWER_S, chance)
            tried += 1
            alarms += bool(other_voices([answer])[0])
            for count in PLANTED:
                strangers = [other for other, spoken in voices.items() if other != name and len(spoken) >= count]
                if not strangers:
                    continue
                spoken = voices[strangers[chance.integers(len(strangers))]]
                extra = [spoken[place] for place in chance.choice(len(spoken), count, replace=False)]
                planted[count] += 1
                seen[count] += bool(other_voices([TakeVoices(heard=[*answer.heard, *extra])])[0])
    return tried, alarms, planted, seen


def _drawn(own: Sequence[HeardVoice], seconds: float, chance: np.random.Generator) -> TakeVoices:
    """Stretches of a speaker in any order, so many seconds of speech or all there are."""
    drawn: list[HeardVoice] = []
    for place in chance.permutation(len(own)):
        if sum(one.seconds for one in drawn) >= seconds:
            break
        drawn.append(own[place])
    return TakeVoices(heard=drawn)


def _at(turns: Sequence[Sequence[object]], heard: HeardVoice) -> str | None:
    """Who speaks for nearly all of a stretch, or None."""
    for name, start, end, *_ in turns:
        shared = min(float(str(end)), heard.end) - max(float(str(start)), heard.start)
        if shared >= 0.9 * (heard.end - heard.start):
            return str(name)
    return None


def _turns(dialogues: Sequence[tuple[list[HeardVoice], list[str | None]]]) -> tuple[float | None, float | None]:
    theirs = found = right = 0
    for heard, names in dialogues:
        spoken = {name: sum(one.seconds for one, by in zip(heard, names, strict=True) if by == name) for name in names}
        most = max((name for name in spoken if name is not None), key=lambda name: spoken[name], default=None)
        [seen] = other_voices([TakeVoices(heard=heard)])
        for one, name in zip(heard, names, strict=True):
            if name is None:
                continue
            is_seen = any(other.start <= one.start + 0.01 and one.end - 0.01 <= other.end for other in seen)
            theirs += name != most
            found += is_seen
            right += is_seen and name != most
    return (right / theirs if theirs else None), (right / found if found else None)


def _vectors(heard: Iterable[HeardVoice]) -> Vectors:
    return np.array([one.vector for one in heard], np.float32)


def _mean(vectors: Vectors) -> Vectors:
    mean = vectors.mean(0)
    normal: Vectors = mean / np.linalg.norm(mean)
    return normal


def _joined(parts: Iterable[Vectors], kind: type[np.float32]) -> Vectors:
    return np.concatenate([np.zeros(0, kind), *parts])


def _cosines(values: NDArray[np.floating]) -> Cosines:
    marks = np.quantile(values, (0.01, 0.05, 0.5, 0.95, 0.99)).round(3).tolist() if len(values) else [None] * 5
    return Cosines(n=len(values), p1=marks[0], p5=marks[1], p50=marks[2], p95=marks[3], p99=marks[4])
