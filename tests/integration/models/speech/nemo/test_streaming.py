"""Streams of many candidates become words while they are spoken, the same as offline."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from numpy.typing import NDArray
from small_nemo import WORDS
from tones import tone

from models.speech.contract import Segment
from models.speech.nemo.checkpoint import CheckpointError
from models.speech.nemo.recognizer import NemoRecognizer
from models.speech.nemo.streaming import NemoStreamingRecognizer
from models.speech.streaming import Chunk, Heard, StreamsFull
from models.speech.transcript import Word

pytestmark = pytest.mark.integration

FRAME_S = 0.08
SILENCE = np.zeros(6_400, np.float32)


@pytest.fixture(scope="module")
def streaming(hybrid: Path) -> NemoStreamingRecognizer:
    return NemoStreamingRecognizer(hybrid, streams=32)


def hear(engine: NemoStreamingRecognizer, sounds: dict[str, NDArray[np.float32]], size: int) -> Iterator[list[Heard]]:
    """Push open streams in chunks of `size` samples, all that still have sound in one step."""
    for first in range(0, max(map(len, sounds.values())), size):
        chunks = [
            Chunk(stream, sound[first : first + size], is_last=first + size >= len(sound))
            for stream, sound in sounds.items()
            if first < len(sound)
        ]
        yield engine.step(chunks)


def finals(engine: NemoStreamingRecognizer, sounds: dict[str, NDArray[np.float32]], size: int) -> dict[str, list[Word]]:
    words: dict[str, list[Word]] = {stream: [] for stream in sounds}
    for step in hear(engine, sounds, size):
        for heard in step:
            words[heard.stream] += heard.final.words
    return words


def text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def test_32_streams_in_one_step_are_heard_as_offline(
    streaming: NemoStreamingRecognizer, recognizer: NemoRecognizer, speak: Callable[..., Any]
) -> None:
    spoken = {f"candidate {number}": speak(None, number) for number in range(32)}
    for stream in spoken:
        streaming.open(stream, "en")
    with pytest.raises(StreamsFull, match="32 streams are open already"):
        streaming.open("one more")
    words = finals(streaming, {stream: one.audio for stream, one in spoken.items()}, 3_200)
    offline = recognizer.transcribe([Segment(one.audio, 0.0) for one in spoken.values()])
    for (stream, one), whole in zip(spoken.items(), offline, strict=True):
        assert text(words[stream]) == whole.text == one.text
        for ours, theirs in zip(words[stream], whole.words, strict=True):
            assert ours.start == pytest.approx(theirs.start, abs=2.5 * FRAME_S)
            assert ours.start < ours.end
            assert 0.3 < ours.confidence <= 1


@pytest.mark.parametrize("size", [700, 100_000])
def test_chunks_of_any_size_are_heard_alike(
    streaming: NemoStreamingRecognizer, speak: Callable[..., Any], size: int
) -> None:
    sounds = {str(number): speak(None, number).audio for number in range(3)}
    for stream in sounds:
        streaming.open(stream)
    pieces = finals(streaming, sounds, size)
    for stream in sounds:
        streaming.open(stream)
    assert finals(streaming, sounds, 3_200) == pieces


def test_every_length_of_the_rest_can_end_a_stream(
    streaming: NemoStreamingRecognizer, speak: Callable[..., Any]
) -> None:
    whole = round(streaming.step_s * 16_000)
    audio = np.concatenate([speak("golf hotel", 3).audio, np.zeros(2 * whole, np.float32)])
    for rest in (0, 1, 100, 1_000, whole - 1):
        streaming.open("s")
        assert text(finals(streaming, {"s": audio[: 4 * whole + rest]}, 4_000)["s"]) == "golf hotel"


def test_words_are_partial_until_a_pause_and_final_after_it(
    streaming: NemoStreamingRecognizer, speak: Callable[..., Any]
) -> None:
    first, second = speak("alpha kilo", 1), speak("echo", 2)
    pause = np.zeros(24_000, np.float32)
    streaming.open("s")
    steps = [heard for [heard] in hear(streaming, {"s": np.concatenate([first.audio, pause, second.audio])}, 3_200)]
    assert [heard.final.text for heard in steps if heard.final.words] == ["alpha kilo", "echo"]
    assert {"alpha", "alpha kilo"} & {heard.partial.text for heard in steps}
    ended = next(number for number, heard in enumerate(steps) if heard.final.text == "alpha kilo")
    assert 3_200 * (ended + 1) < len(first.audio) + len(pause) + len(second.audio)
    assert steps[ended].partial.words == ()
    [echo] = steps[-1].final.words
    assert echo.start == pytest.approx((len(first.audio) + len(pause)) / 16_000 + second.spans[0][1], abs=0.4)


def test_each_stream_leans_towards_its_own_keywords(hybrid: Path, between: NDArray[np.float32]) -> None:
    engine = NemoStreamingRecognizer(hybrid, boost=20.0)
    assert engine.biasing
    engine.open("kilo", keywords=["Kilo"])
    engine.open("zulu", keywords=["Zulu"])
    words = finals(engine, {"kilo": between, "zulu": between}, 3_200)
    assert [word.text for word in words["kilo"]][:1] == ["kilo"]
    assert [word.text for word in words["zulu"]] == ["zulu"]


def test_a_closed_stream_leaves_its_place(streaming: NemoStreamingRecognizer, speak: Callable[..., Any]) -> None:
    for _ in range(2):
        for number in range(32):
            streaming.open(str(number), keywords=["kilo"])
        streaming.step([Chunk(str(number), speak("golf", 1).audio) for number in range(0, 32, 8)])
        for number in range(32):
            streaming.close(str(number))
    streaming.close("never opened")
    streaming.open("s")
    assert text(finals(streaming, {"s": speak("golf hotel", 1).audio}, 3_200)["s"]) == "golf hotel"


def test_what_makes_no_sense_is_refused(streaming: NemoStreamingRecognizer) -> None:
    nothing = np.zeros(0, np.float32)
    with pytest.raises(ValueError, match="not open: s"):
        streaming.step([Chunk("s", nothing)])
    with pytest.raises(ValueError, match="speaks en, not zh"):
        streaming.open("s", "zh")
    streaming.open("s")
    with pytest.raises(ValueError, match="open already"):
        streaming.open("s")
    with pytest.raises(ValueError, match="twice"):
        streaming.step([Chunk("s", nothing), Chunk("s", nothing)])
    [heard] = streaming.step([Chunk("s", nothing, is_last=True)])
    assert (heard.final.words, heard.partial.words) == ((), ())


def test_ctc_streams_too(ctc: Path, speak: Callable[..., Any]) -> None:
    engine = NemoStreamingRecognizer(ctc, streams=8)
    assert not engine.biasing
    spoken = {str(number): speak(None, number) for number in range(8)}
    for stream in spoken:
        engine.open(stream, "en")
    words = finals(engine, {stream: one.audio for stream, one in spoken.items()}, 3_200)
    assert jiwer.wer([one.text for one in spoken.values()], [text(words[stream]) for stream in spoken]) < 0.1


def test_a_checkpoint_without_a_cache_is_heard_in_buffers(buffered: Path, speak: Callable[..., Any]) -> None:
    """The last one outlasts the buffer of ten seconds."""
    engine, offline = NemoStreamingRecognizer(buffered, streams=9), NemoRecognizer(buffered)
    spoken = {str(number): speak(None, number) for number in range(8)}
    spoken["long"] = speak("echo kilo alpha hotel golf zulu kilo echo golf alpha hotel kilo zulu echo", 9, (0.4, 0.6))
    assert len(spoken["long"].audio) > 12 * 16_000
    for stream in spoken:
        engine.open(stream, "en")
    words = finals(engine, {stream: one.audio for stream, one in spoken.items()}, 3_200)
    whole = offline.transcribe([Segment(one.audio, 0.0) for one in spoken.values()])
    heard = [text(words[stream]) for stream in spoken]
    assert jiwer.wer([transcript.text for transcript in whole], heard) < 0.05
    assert jiwer.wer([one.text for one in spoken.values()], heard) < 0.05
    for stream, transcript in zip(spoken, whole, strict=True):
        if text(words[stream]) == transcript.text:
            for ours, theirs in zip(words[stream], transcript.words, strict=True):
                assert ours.start == pytest.approx(theirs.start, abs=2.5 * FRAME_S)


def test_the_boost_brings_keywords_back_and_invents_none(buffered: Path, speak: Callable[..., Any]) -> None:
    engine = NemoStreamingRecognizer(buffered, streams=64)

    def heard(sounds: dict[str, NDArray[np.float32]], keywords: dict[str, str]) -> dict[str, str]:
        for stream in sounds:
            engine.open(stream, "en", [keywords[stream]] if keywords else [])
        return {stream: text(words) for stream, words in finals(engine, sounds, 3_200).items()}

    # Words that sound about as much like the one beside them.
    keyword, unclear = {}, {}
    for number, word in enumerate(WORDS[1:], start=1):
        for share in (0.4, 0.44, 0.48, 0.52, 0.56, 0.6):
            stream = f"{word} {share}"
            keyword[stream] = word
            unclear[stream] = np.concatenate([SILENCE, tone(number - share), SILENCE])
    plain, boosted = heard(unclear, {}), heard(unclear, keyword)
    missed = [stream for stream in unclear if plain[stream] != keyword[stream]]
    # How many lie near enough to the halfway point differs a little from training to training.
    assert any(boosted[stream] == keyword[stream] for stream in missed)
    assert all(boosted[stream] == keyword[stream] for stream in unclear if stream not in missed)

    # Sentences without the keyword, and keywords that begin like words that are said.
    clear = {str(seed): speak(None, seed) for seed in range(48)}
    sounds = {stream: one.audio for stream, one in clear.items()}
    absent = {
        stream: next(word for word in [*WORDS[number % 6 :], *WORDS] if word not in one.words or number % 2)
        for number, (stream, one) in enumerate(clear.items())
    }
    likeness = {"alpha": "alto", "echo": "ecu", "golf": "gale", "hotel": "holla", "kilo": "kite", "zulu": "zuch"}
    absent |= {stream: likeness[one.words[0]] for number, (stream, one) in enumerate(clear.items()) if number % 2}
    assert heard(sounds, absent) == heard(sounds, {})


def test_buffers_are_refused_where_they_would_change_what_is_heard(unnormalised: Path) -> None:
    with pytest.raises(CheckpointError, match=r"^tones-unnormalised\.nemo: it is not cache-aware, and NeMo's buffers"):
        NemoStreamingRecognizer(unnormalised)


def test_tdt_streams_too(tdt: Path, speak: Callable[..., Any]) -> None:
    engine = NemoStreamingRecognizer(tdt, streams=8)
    spoken = {str(number): speak(None, number) for number in range(8)}
    for stream in spoken:
        engine.open(stream, "en")
    words = finals(engine, {stream: one.audio for stream, one in spoken.items()}, 3_200)
    assert jiwer.wer([one.text for one in spoken.values()], [text(words[stream]) for stream in spoken]) < 0.05
