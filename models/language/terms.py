"""Text as comparable terms: English stems, Chinese characters, both in one normal form."""

import re
import unicodedata
import warnings
from functools import cache, lru_cache

import snowballstemmer
import zhconv

# CJK ideographs; Kana and Hangul never occur in an interview's languages.
CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:['’+#.&-]?[a-z0-9]+)*[+#]*", re.IGNORECASE)
_CJK_RUN = re.compile(f"[{CJK}]+")
# Closed-class words carry no content: articles, prepositions, pronouns, auxiliaries, conjunctions.
_FUNCTION_WORDS = """
    a an the of to and or but in on at by for with from as into about than then so if when while because that
    which who whom what where how this these those there here is are was were be been being am do does did
    done have has had can could will would shall should may might must not no i me my mine we us our you your
    he him his she her it its they them their one some any all each also just very really too s t d ll ve re m
"""
_IS_FUNCTION_WORD = frozenset(_FUNCTION_WORDS.split())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Snowball stem (Porter 2001) of an English word."""
    stemmed: str = _stemmer().stemWord(normal(word).replace("’", "'"))
    return stemmed


def normal(text: str) -> str:
    """NFKC, lower case and Simplified Chinese; a character stays one character wherever NFKC keeps it one."""
    return "".join(_simplified(character) for character in unicodedata.normalize("NFKC", text).lower())


def latin_words(text: str) -> list[tuple[str, int, int]]:
    """Every Latin word or number with where it starts and ends in `text`."""
    return [(match.group(), match.start(), match.end()) for match in _LATIN_WORD.finditer(text)]


def has_cjk(text: str) -> bool:
    return _CJK_RUN.search(text) is not None


def content_terms(text: str) -> set[str]:
    """What a text is about: stems of English content words and pairs of neighbouring Chinese characters.

    Character bigrams need no dictionary and retrieve Chinese as well as words do (Nie, Gao, Zhang and Zhou 2000).
    """
    stems = {stem(word) for word, _, _ in latin_words(text) if word.lower() not in _IS_FUNCTION_WORD}
    runs = [normal(run) for run in _CJK_RUN.findall(text)]
    return stems | {run[i : i + 2] for run in runs for i in range(max(len(run) - 1, 1))}


def count_words(text: str) -> int:
    """Words as a person counts them: each Latin word or number, and each Chinese character (字)."""
    return len(latin_words(text)) + sum(len(run) for run in _CJK_RUN.findall(text))


@cache
def _stemmer() -> "snowballstemmer.basestemmer.BaseStemmer":
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def _simplified(character: str) -> str:
    with warnings.catch_warnings():
        # zhconv leaves its dictionary file to the garbage collector on first use.
        warnings.simplefilter("ignore", ResourceWarning)
        simplified: str = zhconv.convert(character, "zh-hans")
    return simplified
