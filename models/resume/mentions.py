"""Whether a text names a term, in Chinese or English."""

import bisect
import logging
import re
import unicodedata
from collections import defaultdict
from functools import cached_property, lru_cache

from models.language.terms import CJK, has_cjk, latin_words, normal, stem

# What two forms of one English word differ in behind their common start (plan/planning, carry/carried). A common stem
# alone says too little: "excellent" shares Excel's.
_INFLECTION = re.compile(r"(?:e|s|es|d|ed|y|ies|ied|ing|[a-z]ing|[a-z]ed)?")
_SPACE_BY_CJK = re.compile(f"(?<=[{CJK}]) | (?=[{CJK}])")


class Mentions:
    """A text made ready for many questions; each then costs a look-up, not a reading."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = [word for word, _, _ in latin_words(unicodedata.normalize("NFKC", text))]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self._words):
            self._places[stem(word)].append(place)

    def names(self, form: str, *, as_written: bool = False, inflected: bool = False) -> bool:
        """Whether the text names `form`.

        English matches whole words in any case, or `as_written`, or also as `inflected`. A form with Chinese
        characters matches in Simplified, past spaces and line ends, unless it cuts through words at its ends (会计
        is not in 社会计划).
        """
        chinese, wanted, first = _prepared(form)
        if chinese:
            return self._names_chinese(chinese)
        return any(
            all(_same(*pair, as_written, inflected) for pair in zip(self._words[at:end], wanted, strict=True))
            for at in self._places.get(first, ())
            if (end := at + len(wanted)) <= len(self._words)
        )

    def _names_chinese(self, wanted: str) -> bool:
        at = self._chinese.find(wanted)
        while at >= 0:
            if self._is_whole(at, at + len(wanted)):
                return True
            at = self._chinese.find(wanted, at + 1)
        return False

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether a span is made of words or lies within one."""
        first = bisect.bisect_right(self._word_starts, start)  # the number of the first word behind the start
        within_one = end <= self._word_starts[first]
        last = self._word_starts[bisect.bisect_left(self._word_starts, end)]
        return within_one or (self._word_starts[first - 1] == start and last == end)

    @cached_property
    def _chinese(self) -> str:
        return _run_together(self._text)

    @cached_property
    def _word_starts(self) -> list[int]:
        """Where jieba's words start, and the text's end."""
        # Imported where it serves: it reads its dictionary for a second, and says so on the log unless told not to.
        import jieba

        jieba.setLogLevel(logging.WARNING)
        starts = [0]
        for word in jieba.cut(self._chinese, HMM=False):
            starts.append(starts[-1] + len(word))
        return starts


@lru_cache(maxsize=10_000)
def _prepared(form: str) -> tuple[str, tuple[str, ...], str]:
    """A form with Chinese as it is searched for, else "", the words and the first one's stem."""
    if has_cjk(form):
        return _run_together(form), (), ""
    words = tuple(word for word, _, _ in latin_words(form))
    return "", words, stem(words[0]) if words else ""


def _same(word: str, wanted: str, as_written: bool, inflected: bool) -> bool:
    if as_written:
        return word == wanted
    word, wanted = word.lower(), wanted.lower()
    if word == wanted or not inflected:
        return word == wanted
    common = 0
    while common < min(len(word), len(wanted)) and word[common] == wanted[common]:
        common += 1
    endings = word[common:], wanted[common:]
    return stem(word) == stem(wanted) and all(_INFLECTION.fullmatch(ending) for ending in endings)


def _run_together(text: str) -> str:
    return _SPACE_BY_CJK.sub("", " ".join(normal(text).split()))
