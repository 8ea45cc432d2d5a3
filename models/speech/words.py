"""From an engine's aligned words to a transcript on the take's clock."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import TypedDict

from faster_whisper.transcribe import merge_punctuations

from models.speech.contract import Segment
from models.speech.simplified import simplified
from models.speech.transcript import Language, Transcript, Word, is_cjk

OPENING = "\"'“¿([{-「『（《"
CLOSING = "\"'.。,，!！?？:：;；”)]}、」』）》…"
# Behind 字 Whisper writes half-width marks, which no Chinese page does.
FULL_WIDTH = {",": "，", "?": "？", "!": "！", ":": "：", ";": "；"}
HALF_WIDTH_MARK = re.compile(r"(?<=[\u4e00-\u9fff])[,?!:;]")
# Voice activity is found in steps of 32 ms and starts late on soft sounds.
SPAN_MARGIN_S = 0.15


class AlignedWord(TypedDict):
    """A word with its leading space, its tokens, and its times in seconds from the segment's start."""

    word: str
    tokens: list[int]
    start: float
    end: float
    probability: float


def transcript_of(
    alignment: Sequence[AlignedWord], segment: Segment, language: Language, recognizer: str
) -> Transcript:
    """The words of one segment: punctuation attached, Chinese in Simplified, none reaching into a pause."""
    merged = _whole_words(alignment) if language == "zh" else [word.copy() for word in alignment]
    merge_punctuations(merged, OPENING, CLOSING)
    texts = [word["word"].strip() for word in merged]
    if language == "zh":
        texts = _as_written(texts)
    words: list[Word] = []
    reached = segment.start
    for text, aligned in zip(texts, merged, strict=True):
        if not any(character.isalnum() for character in text):
            # A mark on its own, such as the % of 5%: no word, but part of what was written.
            if text and words:
                words[-1] = words[-1].model_copy(update={"text": words[-1].text + text})
            continue
        start, end = _within_speech(segment.start + aligned["start"], segment.start + aligned["end"], segment)
        start = max(start, reached)
        reached = max(start, end)
        words.append(Word(text=text, start=start, end=reached, confidence=min(1.0, float(aligned["probability"]))))
    confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
    return Transcript(language=language, words=tuple(words), confidence=confidence, recognizer=recognizer)


def _whole_words(alignment: Sequence[AlignedWord]) -> list[AlignedWord]:
    """Chinese text comes in tokens: join those that are pieces of one number or one foreign word."""
    whole: list[AlignedWord] = []
    for piece in alignment:
        last = whole[-1] if whole else None
        if (
            last
            and piece["word"]
            and not (piece["word"][0] == " " or is_cjk(piece["word"][0]) or is_cjk(last["word"][-1]))
        ):
            tokens = len(last["tokens"]) + len(piece["tokens"])
            probability = last["probability"] * len(last["tokens"]) + piece["probability"] * len(piece["tokens"])
            last["probability"] = probability / tokens
            last["word"] += piece["word"]
            last["tokens"] = last["tokens"] + piece["tokens"]
            last["end"] = piece["end"]
        else:
            whole.append(piece.copy())
    return whole


def _as_written(texts: Sequence[str]) -> list[str]:
    """Simplified, each word in the context of its neighbours; marks in full width."""
    texts = [HALF_WIDTH_MARK.sub(lambda mark: FULL_WIDTH[mark.group()], text) for text in texts]
    whole = simplified("".join(texts))
    if len(whole) != sum(map(len, texts)):
        return [simplified(text) for text in texts]
    ends = accumulate(map(len, texts))
    return [whole[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]


def _within_speech(start: float, end: float, segment: Segment) -> tuple[float, float]:
    """Cut a word that the alignment stretched over a pause to the span of speech that holds most of it."""
    spans = [(a - SPAN_MARGIN_S, b + SPAN_MARGIN_S) for a, b in segment.spans]
    a, b = max(spans, key=lambda span: min(end, span[1]) - max(start, span[0]), default=(start, end))
    if min(end, b) <= max(start, a):
        return start, end
    return max(start, a), min(end, b)
