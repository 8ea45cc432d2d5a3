"""From a decoder's tokens to words with times."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.speech.nemo.checkpoint import Checkpoint
from models.speech.nemo.vocabulary import begins_word
from models.speech.transcript import Language, is_cjk
from models.speech.words import AlignedWord

# A transducer says a token at one frame, a word's last one before the word is over: a gap of at most this many frames
# to the next word is no pause.
JOINED_FRAMES = 4


@dataclass(frozen=True)
class Token:
    """One token of the vocabulary, said from `start` to `end` (frames of the encoder), 0..1 sure."""

    number: int
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Said:
    """What was said in one sound; times count from its start."""

    words: list[AlignedWord]
    language: Language


def words_of(
    tokens: Sequence[Token],
    vocabulary: Sequence[str],
    frame_s: float,
    text_of: Callable[[list[int]], str],
    joined_frames: int = JOINED_FRAMES,
) -> list[AlignedWord]:
    """The words that tokens make up, in seconds; `text_of` writes tokens, as the tokenizer does.

    A word lasts until the next where that begins at most `joined_frames` after its last token.
    """
    groups: list[list[Token]] = []
    before: str | None = None
    for token in tokens:
        piece = vocabulary[token.number]
        if begins_word(piece, before):
            groups.append([])
        groups[-1].append(token)
        before = piece
    words: list[AlignedWord] = []
    for number, group in enumerate(groups):
        end = group[-1].end
        if number + 1 < len(groups) and groups[number + 1][0].start - group[-1].start <= joined_frames:
            end = max(end, groups[number + 1][0].start)
        numbers = [token.number for token in group]
        text = text_of(numbers).strip()
        words.append(
            {
                "word": " " + text if vocabulary[numbers[0]][:1] in ("▁", " ") or not words else text,
                "tokens": numbers,
                "start": group[0].start * frame_s,
                "end": end * frame_s,
                "probability": sum(token.confidence for token in group) / len(group),
            }
        )
    return [word for word in words if word["word"].strip()]


def written_language(words: Sequence[AlignedWord], languages: Sequence[Language]) -> Language:
    """The language that most words are written in, of those that an engine speaks."""
    if len(languages) == 1:
        return languages[0]
    chinese = sum(any(map(is_cjk, word["word"])) for word in words)
    return "zh" if 2 * chinese > len(words) else "en"


def text_of(numbers: list[int], model: Any, checkpoint: Checkpoint) -> str:
    """Tokens as the checkpoint's tokenizer writes them."""
    if checkpoint.subwords:
        return str(model.tokenizer.ids_to_text(numbers))
    return "".join(checkpoint.vocabulary[number] for number in numbers)
