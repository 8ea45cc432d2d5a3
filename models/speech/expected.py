"""Which words an answer is likely to hold, for engines that can listen for them."""

import logging
import re
import warnings
from collections.abc import Iterable
from itertools import chain, islice

from models.speech.contract import LONGEST_KEYWORD, MOST_KEYWORDS
from models.speech.simplified import simplified
from models.speech.transcript import Language

# A question's nouns, names and terms, as jieba's tags call them.
_CHINESE_TERMS = ("n", "nr", "ns", "nt", "nz", "vn", "eng")
# English that engines know by itself needs no help: names do, which are capital within a sentence, or hold digits.
_SENTENCE = re.compile(r"[.!?:;]\s+")
_WORD = re.compile(r"[^\W_]+(?:['’.&/-]?[^\W_]+)*[+#]*")
_NAME = re.compile(r".*[A-Z\d].*")
_NAME_AT_THE_START = re.compile(r".+[A-Z\d].*")


def expected_words(*lists: Iterable[str]) -> tuple[str, ...]:
    """The words of all lists as `Segment.keywords` takes them: those of the first lists first, as many as there may be.

    A word that comes twice, in whatever case or script, counts once; one that is too long, or without a letter or
    digit, is left out.
    """
    words: dict[str, str] = {}
    for word in chain(*lists):
        tidy = " ".join(word.split())
        if len(tidy) <= LONGEST_KEYWORD and any(map(str.isalnum, tidy)):
            words.setdefault(simplified(tidy.lower()), tidy)
    return tuple(islice(words.values(), MOST_KEYWORDS))


def question_words(text: str, language: Language) -> list[str]:
    """The words of a question that its answer may take up and that are easily misheard.

    Of Chinese the nouns and terms, the rarest first; of English the names.
    """
    if language == "zh":
        return _chinese_terms(simplified(text))
    names = []
    for sentence in _SENTENCE.split(text):
        first, *others = _WORD.findall(sentence) or [""]
        names += [first] if _NAME_AT_THE_START.match(first) else []
        names += [word for word in others if len(word) > 1 and _NAME.match(word)]
    return names


def _chinese_terms(text: str) -> list[str]:
    with warnings.catch_warnings():
        # jieba leaves its dictionaries to the garbage collector when it reads them, which takes a second.
        warnings.simplefilter("ignore", ResourceWarning)
        import jieba.analyse

        jieba.setLogLevel(logging.WARNING)
        terms: list[str] = jieba.analyse.extract_tags(text, MOST_KEYWORDS, allowPOS=_CHINESE_TERMS)
    return terms
