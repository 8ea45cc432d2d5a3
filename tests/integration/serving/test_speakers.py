"""The voices of a take: gathered while it is analysed, kept apart from the analysis, and erased with the vectors."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest
from speech_samples import SpokenAnswer, spoken_answers

from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from models.catalog import model_folder
from models.faces.contract import Followed, Stretch
from models.media.reader import MediaReader
from models.report.material import AnswerMaterial
from models.scoring.question import ScoredQuestion
from models.speakers.encoder import SpeakerEncoder
from models.speakers.heard import HeardVoice, TakeVoices
from models.speech.contract import Segment
from models.speech.transcript import Transcript
from models.speech.vad import SileroVad
from serving.analysis import Analysed, RecordingAnalysis
from serving.analysts import Analysts
from serving.remember import Memory
from serving.speakers import SpeakerListener, take_voices, with_other_voices
from serving.stored_recording import StoredRecording
from serving.take_material import TakeSetup
from storage.database import Database, fetch_all
from storage.retention.deletion import delete_vectors

pytestmark = pytest.mark.integration

LIMIT_S = 60.0


@pytest.fixture(scope="module")
def encoder(models_dir: Path) -> SpeakerEncoder:
    return SpeakerEncoder(model_folder("ge2e-speaker", models_dir))


class Quick:
    """Engines that hear no word and see no face, for what is looked at here needs neither."""

    async def names(self) -> dict[str, str]:
        return {"speech": "none", "faces": "none"}

    async def transcribe(self, segments: list[Segment]) -> list[Transcript]:
        return [Transcript(language="en", words=(), confidence=0.0, recognizer="none") for _ in segments]

    async def follow(self, stretch: Stretch) -> Followed:
        return Followed([[] for _ in stretch.frames], stretch.track)


class Stored:
    """A recording in place of one in S3; `asked` counts how often it was wanted."""

    sha256 = "00" * 32

    def __init__(self, path: Path) -> None:
        self._path, self.asked = path, 0

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def path(self) -> Path:
        self.asked += 1
        return self._path


class Forgetful:
    """A memory that keeps what it was given under the name of its step."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    async def remember(
        self, name: str, inputs: dict[str, Any], shape: type[Any], compute: Callable[[], Awaitable[Any]]
    ) -> tuple[Any, float]:
        self.kept[name] = await compute()
        return self.kept[name], 0.0


async def analysed(answer: SpokenAnswer, encoder: SpeakerEncoder | None, memory: Memory) -> Analysed:
    """An answer's analysis with its first 15 seconds of sound; its voices are kept in the memory."""
    recording = compose(decode(answer.path)[: 15 * SAMPLE_RATE], candidate_picture())
    listener = None if encoder is None else SpeakerListener(encoder)
    analysis = RecordingAnalysis(
        MediaReader(io.BytesIO(recording)),
        TakeSetup(answer.language, (), LIMIT_S, photo=None, expressions=False, voices=listener is not None),
        None,
        cast(Analysts, Quick()),
        memory,
        SileroVad(),
        speakers=listener,
    )
    result = await analysis.run()
    if listener is not None:
        await listener.keep(memory, Stored.sha256, LIMIT_S)
    return result


async def test_the_analysis_gathers_the_voices_and_holds_none_itself(encoder: SpeakerEncoder) -> None:
    answer, memory = spoken_answers()["en-2"], Forgetful()
    with_voices = await analysed(answer, encoder, cast(Memory, memory))
    heard: list[HeardVoice] = memory.kept["speakers"].heard
    assert len(heard) >= 4 and all(len(one.vector) == 256 for one in heard)
    assert [one.start for one in heard] == sorted(one.start for one in heard)
    assert sum(one.seconds for one in heard) == pytest.approx(11, abs=3)
    without = await analysed(answer, None, cast(Memory, Forgetful()))
    assert with_voices.model_dump(exclude={"spent"}) == without.model_dump(exclude={"spent"})


async def test_voices_are_heard_once_and_again_only_after_their_erasure(
    database: Database, organisation_id: UUID, build: Any, encoder: SpeakerEncoder
) -> None:
    answer, vad = spoken_answers()["en-2"], SileroVad()
    async with database.transaction(organisation_id) as connection:
        session_id = (await build.session(connection)).id
    memory, stored = Memory(database, organisation_id, session_id), Stored(answer.path)
    await analysed(answer, encoder, memory)

    async def found() -> TakeVoices:
        return await take_voices(memory, encoder, vad, cast(StoredRecording, stored), LIMIT_S)

    async def steps() -> list[dict[str, Any]]:
        async with database.transaction(organisation_id) as connection:
            return await fetch_all(connection, b"SELECT name, result::text AS text FROM steps", {})

    kept = await found()
    assert len(kept.heard) >= 4 and stored.asked == 0
    vector = str(list(kept.heard[0].vector[:3]))[1:-1]
    assert [step["name"] for step in await steps() if vector in step["text"]] == ["speakers"]

    async with database.transaction(organisation_id) as connection:
        await delete_vectors(connection, session_id)
    left = await steps()
    assert left and all(step["name"] != "speakers" and vector not in step["text"] for step in left)

    anew = await found()
    assert stored.asked == 1 and len(anew.heard) > len(kept.heard)  # the whole answer this time
    assert anew.heard[0].vector == pytest.approx(kept.heard[0].vector, abs=0.05)
    assert (await found()) == anew and stored.asked == 1


def test_an_answer_that_was_not_listened_to_has_no_other_voice() -> None:
    question = ScoredQuestion(
        text="Why?", language="en", dimension="Skill", kind="skill", time_limit_s=60, rubric=(), keywords=()
    )
    main, other = np.eye(256)[0], np.eye(256)[1]
    heard = [
        HeardVoice(start=3.0 * place, end=3.0 * place + 3, seconds=3, vector=tuple(vector))
        for place, vector in enumerate([main] * 5 + [other] * 3)
    ]
    answers = [AnswerMaterial(question=question)] * 2
    silent, spoken = with_other_voices(answers, [None, TakeVoices(heard=heard)])
    assert silent.voices == ()
    [seen] = spoken.voices
    assert (seen.kind, seen.start, seen.end, seen.value) == ("another_voice", 15.0, 24.0, 0.0)
