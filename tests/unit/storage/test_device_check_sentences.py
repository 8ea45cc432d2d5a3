"""The sentences to read aloud: one a session, of the kind that engines and people can agree on."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from storage.device_checks.records import CheckLanguage
from storage.device_checks.sentences import sentence

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_session_keeps_its_sentence_and_sessions_differ(language: CheckLanguage) -> None:
    session_id = uuid4()
    assert sentence(session_id, language) == sentence(session_id, language)
    assert len({sentence(UUID(int=number), language) for number in range(16)}) > 2


@pytest.mark.parametrize(
    ("language", "letters", "shortest"), [("en", str.isascii, 50), ("zh", lambda c: c > "\u2e80", 15)]
)
def test_sentences_are_plain(language: CheckLanguage, letters: Callable[[str], bool], shortest: int) -> None:
    for number in range(16):
        text = sentence(UUID(int=number), language)
        assert shortest <= len(text) <= 100
        assert all(letters(character) for character in text), text
        assert not any(character.isdigit() for character in text), text
