import pytest
from language_samples import transcript

from models.language.keywords import Keyword, find_keywords, missed_keywords

pytestmark = pytest.mark.unit


def test_stems_match_inflected_words() -> None:
    found = find_keywords(transcript("I was listening and then we listened again."), [Keyword(term="listen")])

    assert [(mention.label, mention.start) for mention in found] == [("listen", 0.8), ("listen", 2.4)]


def test_a_phrase_matches_neighbouring_words_only() -> None:
    phrase = [Keyword(term="work together")]

    assert len(find_keywords(transcript("we were working together, well"), phrase)) == 1
    assert find_keywords(transcript("together we had to work"), phrase) == []


def test_a_variant_counts_as_the_term_and_overlaps_count_once() -> None:
    keyword = Keyword(term="customer needs", variants=("customer's needs", "needs"))
    found = find_keywords(transcript("I asked about the customer's needs first."), [keyword])

    assert [(mention.label, mention.start, mention.end) for mention in found] == [("customer needs", 1.6, 2.3)]


def test_a_word_inside_another_is_no_mention() -> None:
    assert find_keywords(transcript("the steam was hot"), [Keyword(term="team")]) == []


def test_chinese_matches_across_words_and_punctuation() -> None:
    said = transcript("我们靠团队合，作解决的。", "zh")
    found = find_keywords(said, [Keyword(term="团队合作")])

    assert len(found) == 1
    assert found[0].start == said.words[1].start


def test_traditional_keyword_finds_simplified_speech() -> None:
    found = find_keywords(transcript("这个团队很好", "zh"), [Keyword(term="團隊")])

    assert [mention.label for mention in found] == ["團隊"]


def test_latin_keyword_in_chinese_speech() -> None:
    found = find_keywords(transcript("我用 Python 写的", "zh"), [Keyword(term="python")])

    assert len(found) == 1


def test_the_least_sure_word_decides_the_confidence() -> None:
    said = transcript("team work")
    unsure = said.model_copy(update={"words": (said.words[0], said.words[1].model_copy(update={"confidence": 0.2}))})

    assert find_keywords(unsure, [Keyword(term="team work")])[0].confidence == 0.2


def test_missed_keywords_are_those_without_a_mention() -> None:
    keywords = [Keyword(term="listen"), Keyword(term="refund")]
    found = find_keywords(transcript("I would listen."), keywords)

    assert [keyword.term for keyword in missed_keywords(keywords, found)] == ["refund"]


def test_silence_mentions_nothing() -> None:
    assert find_keywords(transcript(""), [Keyword(term="listen")]) == []
