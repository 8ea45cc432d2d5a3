import pytest

from models.language.terms import content_terms, count_words, normal

pytestmark = pytest.mark.unit


def test_normal_form_is_narrow_lower_case_and_simplified() -> None:
    assert normal("ＡＢＣ 團隊") == "abc 团队"


def test_english_terms_are_stems_without_function_words() -> None:
    assert content_terms("The teams were listening to customers") == {"team", "listen", "custom"}


def test_chinese_terms_are_character_pairs() -> None:
    assert content_terms("团队合作。好") == {"团队", "队合", "合作", "好"}


@pytest.mark.parametrize(
    ("text", "words"), [("I don't know C++", 4), ("我们用 Python 写", 5), ("3.5 percent", 2), ("……！", 0)]
)
def test_words_are_counted_as_a_person_counts(text: str, words: int) -> None:
    assert count_words(text) == words
