import pytest
from language_samples import transcript

from models.language.sentences import LONGEST, split_sentences
from models.language.terms import count_words

pytestmark = pytest.mark.unit


def test_punctuation_parts_sentences_and_abbreviations_do_not() -> None:
    sentences = split_sentences(transcript("I met Dr. Smith at 3.5 degrees. He was kind! Was I?"))

    assert [sentence.text for sentence in sentences] == ["I met Dr. Smith at 3.5 degrees.", "He was kind!", "Was I?"]


def test_times_and_confidence_come_from_the_words() -> None:
    first, second = split_sentences(transcript("One two three. Four five.", confidence=0.7))

    assert (first.start, first.end) == (0.0, 1.1)
    assert (second.start, second.end) == (1.2, 1.9)
    assert second.confidence == pytest.approx(0.7)


def test_chinese_is_parted_at_its_own_punctuation() -> None:
    sentences = split_sentences(transcript("当时我负责销售。我们遇到了问题！怎么办？", "zh"))

    assert [sentence.text for sentence in sentences] == ["当时我负责销售。", "我们遇到了问题！", "怎么办？"]


def test_a_long_pause_parts_words_without_punctuation() -> None:
    said = transcript("so we lost the big customer then I called him again", pauses={6: 1.5})

    assert [sentence.text for sentence in split_sentences(said)] == [
        "so we lost the big customer",
        "then I called him again",
    ]


def test_a_pause_after_a_scrap_is_hesitation() -> None:
    said = transcript("and I went back to the shop", pauses={2: 2.0})

    assert len(split_sentences(said)) == 1


@pytest.mark.parametrize(("language", "text"), [("en", "word " * 130), ("zh", "我们" * 100)])
def test_no_sentence_is_longer_than_the_longest(language: str, text: str) -> None:
    said = transcript(text, "zh" if language == "zh" else "en")
    sentences = split_sentences(said)

    assert max(count_words(sentence.text) for sentence in sentences) <= LONGEST[language]
    assert sum(count_words(sentence.text) for sentence in sentences) == count_words(said.text)


def test_a_long_sentence_is_cut_at_its_comma() -> None:
    said = transcript("a " * 24 + "b, " + "c " * 25)

    assert split_sentences(said)[0].text.endswith("b,")


def test_no_words_no_sentences() -> None:
    assert split_sentences(transcript("")) == []
