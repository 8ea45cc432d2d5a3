"""HR hears an interview's questions before the candidates do."""

from uuid import UUID, uuid4

import httpx
import pytest
from api_bodies import interview_body

from frontends.services import Services
from storage.voices.records import NewVoice, voice_content, voice_key
from storage.voices.transactions import keep_voice

pytestmark = pytest.mark.integration


async def test_the_voices_of_an_interview_and_where_they_play(api: httpx.AsyncClient, services: Services) -> None:
    position = (await api.post("/v1/positions", json={"title": "Clerk"})).json()
    interview = (await api.post("/v1/interviews", json=interview_body(position["id"]))).json()
    path = f"/v1/interviews/{interview['id']}/voices"
    assert (await api.get(path)).json() == {"items": []}
    voice = NewVoice(voice_content("Why?", "en", "an engine"), "audio/mpeg", 5, 1.5, "an engine")
    async with services.database.operator() as connection:
        rows = await connection.execute(b"SELECT organisation_id FROM interviews WHERE id = %s", [interview["id"]])
        organisation_id: UUID = (await rows.fetchone() or {})["organisation_id"]
    services.media.write(voice_key(organisation_id, voice.content), voice.content_type, b"sound")
    async with services.database.transaction(organisation_id) as connection:
        await keep_voice(connection, UUID(interview["id"]), 1, voice)
    answer = await api.get(path)
    assert answer.status_code == 200
    [item] = answer.json()["items"]
    assert (item["question_number"], item["content_type"], item["seconds"]) == (1, "audio/mpeg", 1.5)
    assert item["engine"] == "an engine" and item["size"] == 5
    async with httpx.AsyncClient() as s3:
        sound = await s3.get(item["download"]["url"])
    assert (sound.status_code, sound.content, sound.headers["content-type"]) == (200, b"sound", "audio/mpeg")


async def test_an_unknown_interview_has_none(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/v1/interviews/{uuid4()}/voices")).status_code == 404
