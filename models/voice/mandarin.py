"""Chinese characters in the phonemes of Kokoro."""

import tomllib
from functools import cache
from pathlib import Path

import jieba
from pydantic import BaseModel, ConfigDict
from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials, to_normal


class _Buzzed(BaseModel):
    initials: frozenset[str]
    final: str


class _Table(BaseModel):
    """mandarin.toml, which says what its parts are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    initials: dict[str, str]
    finals: dict[str, str]
    buzzed: _Buzzed
    alone: dict[str, str]
    tones: dict[str, str]


@cache
def _table() -> _Table:
    path = Path(__file__).with_suffix(".toml")
    return _Table.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def mandarin_phonemes(characters: str) -> str:
    """How a run of Chinese characters is said; words, which settle how a character is read, stand apart.

    Tones are the words' own: the network learnt itself how they change beside others. What has no reading is left out.
    """
    return " ".join(filter(None, (_word(word) for word in jieba.cut(characters))))


def _word(word: str) -> str:
    # A character without a reading comes back as an empty list's place, and is left out.
    syllables = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return "".join(syllable_phonemes(syllable) for syllable in syllables)


def syllable_phonemes(pinyin: str) -> str:
    """How a syllable is said, its tone a digit at its end, 5 for none: `ma1`. Empty for what is no syllable."""
    table, tone, plain = _table(), pinyin[-1], to_normal(pinyin)
    if plain in table.alone:
        shape = table.alone[plain]
    else:
        initial, final = to_initials(plain), to_finals(plain, v_to_u=True)
        if initial in table.buzzed.initials and final == "i":
            shape = table.initials[initial] + table.buzzed.final
        elif final in table.finals and (not initial or initial in table.initials):
            shape = table.initials.get(initial, "") + table.finals[final]
        else:
            return ""
    return shape.replace("-", table.tones.get(tone, ""))
