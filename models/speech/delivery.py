"""How an answer was spoken: pace, pauses, fillers, melody, and how much of the time was speech."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from models.observation import Observation
from models.speech.fillers import find_fillers
from models.speech.prosody import Prosody
from models.speech.transcript import Language, Transcript, Word, is_cjk

PAUSE_S = 1.0  # shorter silences are breath and emphasis
RATE_WINDOW_S = 20.0
RATE_SHORTEST_S = 5.0  # a rate over less says little
# Pitch further than an octave from the speaker's median is an error of the tracker, not melody.
OCTAVE = 12.0
PITCH_FRAMES_AT_LEAST = 100  # one second of voice
LOUDNESS_WINDOWS_AT_LEAST = 10


def observe_delivery(transcript: Transcript, prosody: Sequence[Prosody], seconds: float) -> list[Observation]:
    """The delivery of one take of `seconds`, from its transcript and the prosody of each of its segments, in order.

    `speech_rate` comes once with label "overall" (first word to last) and once per 20 s with label "window". What the
    take is too short to say is left out; a take without speech gives a talk ratio of 0 and nothing else.
    """
    spans = [span for part in prosody for span in part.spans]
    observations = [
        *_rates(transcript),
        *_pauses(transcript.words, spans),
        *(
            Observation(kind="filler", start=start, end=end, label=filler, confidence=confidence)
            for filler, start, end, confidence in find_fillers(transcript)
        ),
        *_melody(prosody),
    ]
    if seconds > 0:
        ratio = min(1.0, sum(end - start for start, end in spans) / seconds)
        observations.append(Observation(kind="talk_ratio", start=0.0, end=seconds, value=ratio))
    return sorted(observations, key=lambda observation: (observation.start, observation.end))


def count_units(text: str, language: Language) -> int:
    """Words in English; in Chinese 字, where each digit and each foreign word counts as one."""
    if language == "en":
        return sum(any(character.isalnum() for character in word) for word in text.split())
    count, inside_word = 0, False
    for character in text:
        single = is_cjk(character) or character.isdigit()
        letter = character.isalpha() and not single
        count += (character.isalnum() and single) or (letter and not inside_word)
        inside_word = letter
    return count


def _rates(transcript: Transcript) -> Iterator[Observation]:
    words = transcript.words
    if not words:
        return
    start, end = words[0].start, words[-1].end
    windows = [(start, end, "overall")]
    windows += [(first, min(first + RATE_WINDOW_S, end), "window") for first in np.arange(start, end, RATE_WINDOW_S)]
    for first, last, label in windows:
        said = [word for word in words if first <= word.start < last]
        if last - first < RATE_SHORTEST_S:
            continue
        rate = 60 * sum(count_units(word.text, transcript.language) for word in said) / (last - first)
        yield Observation(
            kind="speech_rate",
            start=float(first),
            end=float(last),
            value=float(rate),
            label=label,
            confidence=transcript.confidence,
        )


def _pauses(words: Sequence[Word], spans: Sequence[tuple[float, float]]) -> Iterator[Observation]:
    for before, after in pairwise(words):
        start, end = _longest_silence(before.end, after.start, spans)
        if end - start >= PAUSE_S:
            yield Observation(kind="pause", start=start, end=end, value=end - start)


def _longest_silence(start: float, end: float, spans: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The longest part of a gap between words in which nobody was heard: speech that was not understood is no pause."""
    heard = [(max(start, a), min(end, b)) for a, b in spans if a < end and b > start]
    edges = [start, *(edge for span in heard for edge in span), end]
    return max(zip(edges[::2], edges[1::2], strict=True), key=lambda silence: silence[1] - silence[0])


def _melody(prosody: Sequence[Prosody]) -> Iterator[Observation]:
    if not prosody:
        return
    start, end = prosody[0].start, prosody[-1].end
    pitch = np.concatenate([part.pitch for part in prosody])
    if len(pitch) >= PITCH_FRAMES_AT_LEAST:
        melody = pitch[np.abs(pitch - np.median(pitch)) <= OCTAVE]
        yield Observation(kind="pitch_variation", start=start, end=end, value=float(melody.std()))
    loudness = np.concatenate([part.loudness for part in prosody])
    if len(loudness) >= LOUDNESS_WINDOWS_AT_LEAST:
        yield Observation(kind="loudness_variation", start=start, end=end, value=float(loudness.std()))
