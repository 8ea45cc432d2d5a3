"""What was said, word by word, with times and confidence."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["zh", "en"]


class Word(BaseModel):
    """One word as written, its punctuation attached; in Chinese one word may hold several 字.

    `start` and `end` are seconds from the start of the take, `confidence` is 0..1.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    start: float
    end: float
    confidence: float


class Transcript(BaseModel):
    """The words of one take or one segment of it, in time order.

    `confidence` is the mean probability of the words, 0..1 (0 where there are none); `recognizer` is the
    engine and version that produced it.
    """

    model_config = ConfigDict(frozen=True)

    language: Language
    words: tuple[Word, ...]
    confidence: float
    recognizer: str

    @property
    def text(self) -> str:
        """The words as running text: joined by spaces in English, without in Chinese."""
        return join_words([word.text for word in self.words])


def join_words(words: list[str]) -> str:
    """Join words with a space wherever two neighbours meet in non-CJK characters."""
    text = ""
    for word in words:
        if text and not (is_cjk(text[-1]) or is_cjk(word[:1])):
            text += " "
        text += word
    return text


def is_cjk(character: str) -> bool:
    """Whether `character` is written without spaces around it; False for the empty string."""
    # CJK ideographs, CJK punctuation and full-width forms (Unicode blocks 2E80-9FFF, 3000-303F, FF00-FFEF).
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
