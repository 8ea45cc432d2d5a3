import pytest
from scripted_recognizer import ScriptedRecognizer, segments

from models.speech.by_language import ByLanguage
from models.speech.contract import Segment

pytestmark = pytest.mark.unit


def test_each_language_goes_to_who_speaks_it_and_keeps_its_place() -> None:
    english, both = ScriptedRecognizer("english", "first", languages=("en",)), ScriptedRecognizer("both", "second")
    engine = ByLanguage(english, both)
    [one, three], [two] = segments(2, "en"), segments(1, "zh")
    unknown = Segment(one.audio, 0.0)

    transcripts = engine.transcribe([one, two, three, unknown])

    assert [said.text for said in transcripts] == ["first", "second", "first", "second"]
    assert [said.recognizer for said in transcripts] == ["english", "both", "english", "both"]
    assert (english.batches, both.batches) == ([2], [2])
    assert engine.name == "english for en, else both"
    assert set(engine.capabilities.languages) == {"zh", "en"}


def test_an_engine_without_work_is_not_asked() -> None:
    english, both = ScriptedRecognizer("english", languages=("en",)), ScriptedRecognizer("both")
    assert ByLanguage(english, both).transcribe([]) == []
    ByLanguage(english, both).transcribe(segments(1, "en"))
    assert (english.batches, both.batches) == ([1], [])
