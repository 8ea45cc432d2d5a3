"""Positions, question templates, interviews, candidates, applications, outcomes."""

from uuid import UUID

from access.asked import Asked, asks, sends
from access.scene import CHUNK, RECORDING, Scene, new_candidate, new_interview, put
from api_bodies import interview_body

from storage.applications.records import Application, ApplicationChanges, NewApplication
from storage.applications.transactions import change_application, create_application
from storage.candidates.transactions import announce_photo
from storage.media.records import NewPhoto, photo_key
from storage.outcomes.records import NewOutcome
from storage.outcomes.transactions import create_outcome
from storage.templates.records import NewTemplate
from storage.templates.transactions import create_template
from storage.updates import ANY_VERSION
from storage.voices.records import NewVoice
from storage.voices.transactions import keep_voice

_PHOTO = NewPhoto(content_type="image/png", size=CHUNK.size, sha256=CHUNK.sha256)
_OUTCOME = {"measured_on": "2026-01-31", "performance": 80}
_TEMPLATE = {
    "dimension": "service", "text": "An upset customer?", "rubric": [{"text": "listens"}], "language": "en",
}  # fmt: skip

sends(
    create_position=lambda: {"title": "Clerk"},
    change_position=lambda: {"department": "Mail"},
    create_question_template=lambda: _TEMPLATE,
    change_question_template=lambda: {"archived": True},
    change_interview=lambda: {"title": "Clerks"},
    create_candidate=lambda: {"name": "Ada", "email": "ada@example.org"},
    change_candidate=lambda: {"name": "Bo"},
    start_photo=_PHOTO.model_dump,
    complete_photo=lambda: {"size": CHUNK.size, "sha256": CHUNK.sha256},
    change_application=lambda: {"stage": "talent_pool"},
)


@asks("list_positions", "get_position", "change_position")
async def _position(scene: Scene, _: str) -> Asked:
    return Asked({"position_id": scene.position.id}, shows=scene.position.id)


@asks("list_question_templates", "get_question_template", "change_question_template")
async def _template(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        template = await create_template(connection, NewTemplate.model_validate(_TEMPLATE))
    return Asked({"template_id": template.id}, shows=template.id)


@asks("create_interview")
async def _new_interview(scene: Scene, _: str) -> Asked:
    return Asked(body=interview_body(str(scene.position.id)))


@asks("list_interviews", "get_interview", "change_interview", "close_interview")
async def _published_interview(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        interview = await new_interview(connection, scene.position.id)
    return Asked({"interview_id": interview.id}, shows=interview.id)


@asks("list_question_voices")
async def _rendered_interview(scene: Scene, caller: str) -> Asked:
    asked = await _published_interview(scene, caller)
    voice = NewVoice(bytes(32), "audio/mpeg", 1, 1.0, "an engine")
    async with scene.transaction() as connection:
        await keep_voice(connection, UUID(str(asked.names["interview_id"])), 1, voice)
    return Asked(asked.names)


@asks("publish_interview")
async def _draft(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        interview = await new_interview(connection, scene.position.id, state="draft")
    return Asked({"interview_id": interview.id}, shows=interview.id)


@asks("list_candidates", "get_candidate", "change_candidate", "start_photo")
async def _candidate(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"candidate_id": sitting.candidate_id}, shows=sitting.candidate_id, sitting=sitting)


@asks("complete_photo")
async def _uploaded_photo(scene: Scene, caller: str) -> Asked:
    asked = await _candidate(scene, caller)
    candidate_id, sha256 = UUID(str(asked.names["candidate_id"])), bytes.fromhex(_PHOTO.sha256)
    async with scene.transaction() as connection:
        await announce_photo(connection, candidate_id, _PHOTO)
    key = photo_key(scene.organisation_id, candidate_id, sha256)
    await put(scene.media.presign(key, _PHOTO.content_type, _PHOTO.size, sha256), RECORDING)
    return asked


@asks("create_application")
async def _new_application(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        candidate = await new_candidate(connection)
    return Asked(body={"candidate_id": str(candidate.id), "position_id": str(scene.position.id)})


@asks("list_applications", "get_application", "change_application")
async def _application(scene: Scene, _: str) -> Asked:
    application = await _applied(scene)
    return Asked({"application_id": application.id}, shows=application.id)


@asks("create_outcome")
async def _new_outcome(scene: Scene, _: str) -> Asked:
    application = await _hired(scene)
    return Asked(body=_OUTCOME | {"application_id": str(application.id)})


@asks("list_outcomes")
async def _outcome(scene: Scene, _: str) -> Asked:
    application = await _hired(scene)
    async with scene.transaction() as connection:
        new = NewOutcome.model_validate(_OUTCOME | {"application_id": application.id})
        outcome = await create_outcome(connection, new)
    return Asked(shows=outcome.id)


async def _applied(scene: Scene) -> Application:
    async with scene.transaction() as connection:
        candidate = await new_candidate(connection)
        return await create_application(
            connection, NewApplication(candidate_id=candidate.id, position_id=scene.position.id)
        )


async def _hired(scene: Scene) -> Application:
    application = await _applied(scene)
    async with scene.transaction() as connection:
        return await change_application(connection, application.id, ANY_VERSION, ApplicationChanges(stage="hired"))
