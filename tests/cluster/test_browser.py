"""Whole interviews against a whole Parley: what was said is in the report's transcript, and what was seen beside it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import jiwer
import pytest
from browser_seat import Open, Seat, one_question, take_seat
from browser_watch import watched
from playwright.sync_api import Browser, BrowserContext
from running_parley import Parley

from loadtests.browser.chromium import chromium as opened_chromium
from loadtests.browser.devices import FakeDevices, write_film
from loadtests.browser.voice import give_voice, say
from loadtests.client import Client
from loadtests.recording import candidate_picture
from loadtests.script import Script, load_script
from models.settings import ModelSettings
from models.speech.transcript import Language
from models.voice.contract import Text
from models.voice.encoding import encode
from models.voice.engines import load_voice
from ops.evaluate.normalise import units

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
REPORT_WITHIN_S = 240
VOICES_WITHIN_S = 120
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
# A word lost to the recorder's compression is not what this test is about.
MOST_WRONG = 0.2
SeatOf = Callable[[Script], Seat]
Spoken = Callable[[str, Language], Path]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    film = write_film(tmp_path_factory.mktemp("camera") / "face.y4m", candidate_picture())
    with opened_chromium(FakeDevices(film, None)) as browser:
        yield browser


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    """Says a text: a sound file."""
    folder, engine = tmp_path_factory.mktemp("spoken"), load_voice(ModelSettings(), "cpu", 1)

    def speak(text: str, language: Language) -> Path:
        [speech] = engine.speak([Text(text, language)])
        file = folder / f"{language}.mp3"
        file.write_bytes(encode(speech).data)
        return file

    yield speak
    engine.close()


@pytest.fixture
def seat_of(parley: Parley, client: Client, chromium: Browser) -> Iterator[SeatOf]:
    """Seats a candidate with a voice of their own, which says the script's answers."""
    contexts: list[BrowserContext] = []
    ours = [parley.running.url, parley.running.environment["PARLEY_S3_URL"]]

    def seat(script: Script) -> Seat:
        context = chromium.new_context(permissions=["camera", "microphone"], locale=LOCALES[script.language])
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        give_voice(context)
        open_context: Open = lambda: (context, watch)  # noqa: E731
        watching = watched(context, ours)
        watch = watching.__enter__()
        taken = take_seat(client, open_context, script)
        taken.candidate.practises = False
        taken.candidate.speak = lambda number: say(taken.page, script.answers[number - 1].speech)
        return taken

    yield seat
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_whole_interview_becomes_a_report(
    client: Client, seat_of: SeatOf, spoken: Spoken, language: Literal["en", "zh"]
) -> None:
    script = load_script(language)
    seat = seat_of(script)
    await_voices(client, seat)
    heard = list[str]()
    seat.context.on("response", lambda answer: heard.append(answer.url) if "/voices/" in answer.url else None)
    seat.candidate.read_aloud = lambda sentence: say(seat.page, spoken(sentence, language))
    seat.candidate.sit(seat.url)
    assert heard, "no question was read aloud"
    checked = client.get(f"/v1/sessions/{seat.session_id}/device-check")
    assert (checked["camera"], checked["microphone"]) == ("good", "good")
    report = client.await_report({"id": seat.session_id}, REPORT_WITHIN_S)
    for answer, scripted in zip(report["answers"], script.answers, strict=True):
        said = [" ".join(units(text, language)) for text in (scripted.spoken, answer["text"])]
        assert jiwer.wer(*said) < MOST_WRONG, said
        assert answer["score"]["status"] == "scored"
        assert not answer["media_problems"]
        kinds = {seen["kind"] for seen in answer["observations"]}
        # One person, who smiles into the camera all the while.
        assert "smile" in kinds, kinds
        assert not kinds & {"no_face", "many_faces", "another_voice"}, kinds
    seat.watch.check()


def await_voices(client: Client, seat: Seat) -> None:
    """Return once all questions of the seat's interview can be heard; raises TimeoutError."""
    interview, deadline = seat.session()["interview_id"], time.monotonic() + VOICES_WITHIN_S
    questions = len(client.get(f"/v1/interviews/{interview}")["questions"])
    while len(client.get(f"/v1/interviews/{interview}/voices")["items"]) < questions:
        if time.monotonic() > deadline:
            raise TimeoutError("the questions have no voices")
        time.sleep(1)


def test_the_front_is_killed_while_recording(parley: Parley, seat_of: SeatOf) -> None:
    seat = seat_of(one_question(load_script("en")))
    seat.watch.expected += ["net::ERR_", "status of 50"]
    seat.open("answering")
    seat.candidate.start_recording()
    seat.listen(8)
    kept = seat.acknowledged()
    assert any(kept.values())
    parley.replica("Front").kill()
    seat.listen(12)
    parley.await_ready()
    seat.candidate.stop_recording()
    seat.candidate.use()
    seat.candidate.go_on("done")
    after = seat.acknowledged()
    assert all(chunks <= after[take] for take, chunks in kept.items())
    answer = seat.recorded(1)
    assert answer.gaps == [] and answer.seconds > 20, answer
    seat.watch.check()
