import pytest

from models.resume.clean import clean

pytestmark = pytest.mark.unit


def test_what_cannot_be_stored_or_seen_is_gone() -> None:
    assert clean("a\0b\x1b[1m\ud800c\u200b\u202ed\ue000\uffff\u00ad") == "ab[1mcd"


def test_characters_in_two_surrogates_become_one() -> None:
    assert clean("\ud840\udc00") == "\U00020000"


def test_radicals_and_ligatures_become_the_characters_they_look_like() -> None:
    assert clean("⼯作，ofﬁce：Ａ") == "工作，office：Ａ"


def test_space_is_kept_where_it_means_something() -> None:
    assert clean("  Excel     Word \t SQL  \r\n\r\n\r\n\r\n\u3000C++\u00a0\u00a0and C\x0cGo") == (
        "Excel\tWord\tSQL\n\nC++  and C\nGo"
    )
