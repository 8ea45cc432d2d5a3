"""Words become the letters that Kokoro was trained with."""

import pytest

from models.voice.english import English, spell
from models.voice.mandarin import mandarin_phonemes, syllable_phonemes
from models.voice.phonemes import pieces, sentence_phonemes

pytestmark = pytest.mark.unit


class Spelt(English):
    """Says each stretch as it is written, in angle brackets, and starts no process."""

    def phonemes(self, stretches: object) -> list[str]:
        assert isinstance(stretches, list)
        return [f"<{stretch}>" for stretch in stretches]


# Source: misaki 0.9.4, ZHG2P.py2ipa, with which all 1,549 syllables of pypinyin's dictionary were compared.
@pytest.mark.parametrize(
    ("pinyin", "phonemes"),
    [
        ("ma1", "ma→"), ("shi4", "ʂɨ↘"), ("zi5", "ʦɨ"), ("zhi3", "ꭧɨ↓"), ("jue2", "ʨɥe↗"), ("lv4", "ly↘"),
        ("nu3", "nu↓"),
        ("xiong2", "ɕjʊ↗ŋ"), ("liu4", "ljou↘"), ("gui4", "kwei↘"), ("lun2", "lwə↗n"), ("yi1", "i→"), ("wo3", "wo↓"),
        ("yuan2", "ɥɛ↗n"), ("er4", "ɚ↘"), ("bo1", "pwo→"), ("qu4", "ʨʰy↘"), ("n2", "n↗"), ("xyz4", ""),
    ],
)  # fmt: skip
def test_syllables(pinyin: str, phonemes: str) -> None:
    assert syllable_phonemes(pinyin) == phonemes


def test_a_word_settles_how_its_characters_are_read() -> None:
    assert mandarin_phonemes("银行") == "i↗nxa↗ŋ"
    assert mandarin_phonemes("行走") == "ɕi↗ŋʦou↓"


@pytest.mark.parametrize(
    ("ipa", "letters"),
    [
        ("t^ʃˈe^ɪnd^ʒ", "ʧˈAnʤ"), ("stˈɑː^ɹ", "stˈɑɹ"), ("bˈʌʔn̩", "bˈʌtᵊn"), ("lˈɪɾə^l", "lˈɪTᵊl"), ("wˈɜːk", "wˈɜɹk"),
        ("ˌo^ʊkˈe^ɪ", "ˌOkˈA"), ("mˈɛθəd", "mˈɛθəd"),
    ],
)  # fmt: skip
def test_english_letters(ipa: str, letters: str) -> None:
    assert spell(ipa) == letters


def test_both_languages_and_the_pauses_of_a_sentence() -> None:
    said = sentence_phonemes("你用过Python, SQL (or C)吗?", Spelt())
    assert said == "ni↓ jʊ↘ŋ kwo↘ <Python>, <SQL> (<or C>) ma?"


def test_a_point_within_a_word_is_no_pause() -> None:
    assert sentence_phonemes("Is it v2.0, or node.js?", Spelt()) == "<Is it v2 0>, <or node js>?"


def test_pieces_end_at_a_pause_or_a_space_and_lose_nothing() -> None:
    phonemes = "one two three, four five. " * 20 + "x" * 70
    found = pieces(phonemes, 50)
    assert all(0 < len(piece) <= 50 for piece in found)
    assert found[0].endswith((",", "."))
    assert "".join(found).replace(" ", "") == phonemes.replace(" ", "")
    assert pieces("  ", 50) == []
