"""The tokens of a checkpoint: read from its tokenizer's files, and what languages they can write."""

import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sentencepiece import SentencePieceProcessor

from models.speech.transcript import Language, is_cjk

WORD_START = "▁"  # SentencePiece's mark of a word's first piece (Kudo and Richardson 2018)
PACKED = "nemo:"  # how a config names a file of the archive


def vocabulary_of(config: Mapping[str, Any], folder: Path) -> tuple[list[str], bool]:
    """The tokens by id, and whether they are pieces of a tokenizer (else single characters).

    Raises ValueError, in one line, where the tokenizer is missing, damaged, or of a kind that is not supported.
    """
    tokenizer = config.get("tokenizer")
    if tokenizer is None:
        labels = config.get("labels") or (config.get("decoder") or {}).get("vocabulary")
        if not labels:
            raise ValueError("it has neither a tokenizer nor labels")
        return [str(label) for label in labels], False
    if tokenizer.get("type") == "agg":
        parts = [_pieces(part, folder) for part in (tokenizer.get("langs") or {}).values()]
        return [piece for part in parts for piece in part], True
    return _pieces(tokenizer, folder), True


def spoken_languages(pieces: Sequence[str]) -> tuple[Language, ...]:
    """The languages that a vocabulary tells by its script.

    字 are taken for Chinese, the letters a to z for English, unless letters of another language (kana, hangul, ü, я)
    tell that they need not be.
    """
    letters = {letter for piece in pieces if not _is_control(piece) for letter in piece.lower() if letter.isalpha()}
    foreign = {letter for letter in letters if not ("\u4e00" <= letter <= "\u9fff" or letter in string.ascii_lowercase)}
    if foreign:
        return ()
    chinese = any(is_cjk(letter) for letter in letters)
    english = letters >= set("aeiou")
    languages: dict[Language, bool] = {"zh": chinese, "en": english}
    return tuple(language for language, written in languages.items() if written)


def begins_word(piece: str, before: str | None) -> bool:
    """Whether a token begins a word, given the token before it: 字 are words of their own, space and ▁ open one."""
    if before is None or piece.startswith((WORD_START, " ")):
        return True
    return before != WORD_START and (is_cjk(piece[:1]) or is_cjk(before[-1:]))


def _is_control(piece: str) -> bool:
    return piece.startswith("<") and piece.endswith(">")


def _pieces(tokenizer: Mapping[str, Any], folder: Path) -> list[str]:
    if tokenizer.get("type") != "bpe":
        raise ValueError(f"its tokenizer is of type {tokenizer.get('type')}, not bpe or agg")
    named = str(tokenizer.get("model_path", ""))
    path = folder / named.removeprefix(PACKED)
    if not named.startswith(PACKED) or path.parent != folder or not path.is_file():
        raise ValueError("its tokenizer's model is not in it")
    try:
        model = SentencePieceProcessor(model_file=str(path))
    except (RuntimeError, OSError) as error:
        raise ValueError("its tokenizer's model is damaged") from error
    return [model.id_to_piece(number) for number in range(model.get_piece_size())]
