"""Write references and results alike before they are compared, so that only what was said counts.

English: the normaliser published with Whisper (Radford et al. 2022, appendix C): case, punctuation, contractions,
numbers, spelling variants; hesitations (um, uh) are removed. Chinese: Traditional to Simplified (zhconv), numbers
and symbols as they are read aloud (WeTextProcessing's TN grammar), no punctuation and no spaces.
"""

import unicodedata
from functools import cache

from wetext import Normalizer
from whisper_normalizer.english import EnglishTextNormalizer

from models.speech.simplified import simplified
from models.speech.transcript import Language


def normalise(text: str, language: Language) -> str:
    """`text` in the form that is scored: words joined by single spaces (en), 字 without spaces (zh)."""
    if language == "en":
        return str(_english()(text)).strip()
    spoken = _chinese().normalize(simplified(text))
    return "".join(character.lower() for character in spoken if unicodedata.category(character)[0] in "LNM")


def units(text: str, language: Language) -> list[str]:
    """The units an error rate counts: the words of normalised English, the 字 of normalised Chinese."""
    normal = normalise(text, language)
    return normal.split() if language == "en" else list(normal)


@cache
def _english() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


@cache
def _chinese() -> Normalizer:
    return Normalizer(lang="zh", operator="tn", full_to_half=True)
