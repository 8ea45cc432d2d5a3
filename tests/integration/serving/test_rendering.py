"""An interview's questions are rendered once, kept in S3, and never in the way."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import av
import httpx
import numpy as np
import pytest

from models.voice.contract import SAMPLE_RATE, NothingToSay, Speech, Text
from models.voice.encoding import Clip, encode
from serving.rendering import VoiceRendering
from storage.database import Database
from storage.interviews.records import Interview
from storage.interviews.transactions import close_interview, create_interview
from storage.media.store import MediaStore
from storage.positions.records import NewPosition
from storage.positions.transactions import create_position
from storage.voices.records import VoiceClip
from storage.voices.transactions import question_voices

pytestmark = pytest.mark.integration


class Speaker:
    """Says each text as a tone of its length; `engine` may change, and `fails_on` is a text that it cannot say."""

    def __init__(self) -> None:
        self.engine, self.said = f"engine {uuid4()}", list[str]()
        self.fails_on: dict[str, Exception] = {}

    async def name(self) -> str:
        return self.engine

    async def speak(self, organisation_id: UUID, text: Text) -> Clip:
        if text.text in self.fails_on:
            raise self.fails_on[text.text]
        self.said.append(text.text)
        at = np.arange(SAMPLE_RATE * len(text.text) // 10) / SAMPLE_RATE
        return encode(Speech((0.5 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)))


@pytest.fixture
def speaker() -> Speaker:
    return Speaker()


@pytest.fixture
def rendering(database: Database, media: MediaStore, speaker: Speaker) -> VoiceRendering:
    return VoiceRendering(database, media, speaker)


async def published(database: Database, organisation_id: UUID, build: Any, *texts: str) -> Interview:
    questions = [{"dimension": "service", "text": text, "rubric": [{"text": "listens"}]} for text in texts]
    dimensions = [{"name": "service", "weight": 100}]
    async with database.transaction(organisation_id) as connection:
        position = await create_position(connection, NewPosition(title="Clerk"))
        new = build.interview(position.id, questions=questions, dimensions=dimensions)
        return await create_interview(connection, new)


async def voices(database: Database, organisation_id: UUID, interview: Interview) -> dict[int, VoiceClip]:
    async with database.transaction(organisation_id) as connection:
        return await question_voices(connection, interview.id)


async def test_every_question_is_rendered_once_and_plays_from_s3(
    database: Database,
    media: MediaStore,
    organisation_id: UUID,
    build: Any,
    rendering: VoiceRendering,
    speaker: Speaker,
) -> None:
    interview = await published(database, organisation_id, build, "Why this job?", "And why now, of all times?")
    await rendering.run(organisation_id, interview.id)
    await rendering.run(organisation_id, interview.id)
    assert speaker.said == ["Why this job?", "And why now, of all times?"]
    clips = await voices(database, organisation_id, interview)
    assert list(clips) == [1, 2]
    async with httpx.AsyncClient() as s3:
        answer = await s3.get(media.presign_download(clips[2].key).url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
    assert len(answer.content) == clips[2].size
    with av.open(BytesIO(answer.content)) as container:
        assert container.duration / 1e6 == pytest.approx(clips[2].seconds, abs=0.1)
    assert clips[2].key.startswith(f"{organisation_id}/voices/")


async def test_the_same_question_of_another_interview_is_not_rendered_again(
    database: Database, organisation_id: UUID, build: Any, rendering: VoiceRendering, speaker: Speaker
) -> None:
    first = await published(database, organisation_id, build, "Why this job?")
    second = await published(database, organisation_id, build, "What else?", "Why this job?")
    for interview in (first, second):
        await rendering.run(organisation_id, interview.id)
    assert speaker.said == ["Why this job?", "What else?"]
    shared = (await voices(database, organisation_id, second))[2]
    assert shared.key == (await voices(database, organisation_id, first))[1].key


async def test_another_organisation_renders_its_own(
    database: Database,
    organisation_id: UUID,
    other_organisation_id: UUID,
    build: Any,
    rendering: VoiceRendering,
    speaker: Speaker,
) -> None:
    for each in (organisation_id, other_organisation_id):
        interview = await published(database, each, build, "Why this job?")
        await rendering.run(each, interview.id)
        [clip] = (await voices(database, each, interview)).values()
        assert clip.key.startswith(str(each))
    assert len(speaker.said) == 2


async def test_another_engine_renders_anew(
    database: Database, organisation_id: UUID, build: Any, rendering: VoiceRendering, speaker: Speaker
) -> None:
    interview = await published(database, organisation_id, build, "Why this job?")
    await rendering.run(organisation_id, interview.id)
    [before] = (await voices(database, organisation_id, interview)).values()
    speaker.engine = "a better engine"
    await rendering.run(organisation_id, interview.id)
    [after] = (await voices(database, organisation_id, interview)).values()
    assert after.engine == "a better engine" and after.key != before.key


async def test_what_was_rendered_before_a_failure_stays_and_is_not_repeated(
    database: Database, organisation_id: UUID, build: Any, rendering: VoiceRendering, speaker: Speaker
) -> None:
    interview = await published(database, organisation_id, build, "One?", "Two?", "Three?")
    speaker.fails_on["Two?"] = ConnectionError()
    with pytest.raises(ConnectionError):
        await rendering.run(organisation_id, interview.id)
    assert list(await voices(database, organisation_id, interview)) == [1]
    speaker.fails_on.clear()
    await rendering.run(organisation_id, interview.id)
    assert speaker.said == ["One?", "Two?", "Three?"]
    await rendering.give_up(organisation_id, interview.id, "why")


async def test_a_question_without_words_is_left_as_text(
    database: Database, organisation_id: UUID, build: Any, rendering: VoiceRendering, speaker: Speaker
) -> None:
    interview = await published(database, organisation_id, build, "???", "Why?")
    speaker.fails_on["???"] = NothingToSay()
    await rendering.run(organisation_id, interview.id)
    assert list(await voices(database, organisation_id, interview)) == [2]


async def test_a_closed_or_unknown_interview_is_not_rendered(
    database: Database, organisation_id: UUID, build: Any, rendering: VoiceRendering, speaker: Speaker
) -> None:
    interview = await published(database, organisation_id, build, "Why?")
    async with database.transaction(organisation_id) as connection:
        await close_interview(connection, interview.id)
    await rendering.run(organisation_id, interview.id)
    await rendering.run(organisation_id, uuid4())
    assert speaker.said == []
