"""English words in the phonemes of Kokoro.

Source of the spelling: misaki 0.9.4 (Apache-2.0), espeak.py, EspeakFallback for American English.
"""

from collections.abc import Sequence

from models.voice.espeak import Espeak

# eSpeak NG's IPA, longest first, in the letters that Kokoro was trained with; ^ ties the letters of one sound.
_LETTERS = (
    ("ʔˌn\u0329", "tᵊn"), ("ʔn\u0329", "tᵊn"),
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("o^ʊ", "O"),
    ("ʲo", "jo"), ("ʲə", "jə"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("n\u0329", "ᵊn"), ("l\u0329", "ᵊl"),
    ("e", "A"), ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("ː", ""),
    ("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"), ("^", ""), ("\u0303", ""), ("\u0329", ""),
)  # fmt: skip


class English:
    """American English; close() ends its process."""

    def __init__(self) -> None:
        self._espeak = Espeak("en-us")

    def phonemes(self, stretches: Sequence[str]) -> list[str]:
        """How stretches of words without punctuation are said. Raises EspeakLost."""
        return [spell(ipa) for ipa in self._espeak.phonemes(stretches)]

    def close(self) -> None:
        self._espeak.close()


def spell(ipa: str) -> str:
    """eSpeak NG's IPA in Kokoro's letters."""
    for old, new in _LETTERS:
        ipa = ipa.replace(old, new)
    return ipa
