"""Messages to candidates, and their résumés."""

from access.asked import Asked, asks, sends
from access.scene import CHUNK, RECORDING, Scene, Sitting, put
from access.sittings import decided_sitting

from storage.messages.records import Message
from storage.messages.results import tell_result
from storage.messages.sending import give_up_message
from storage.resumes.records import RESUME_TYPE, NewResume, resume_key
from storage.resumes.transactions import announce_resume

_RESUME = NewResume(size=CHUNK.size, sha256=CHUNK.sha256)

sends(
    create_reminder=lambda: {"channel": "mail"},
    create_result=lambda: {"channel": "mail"},
    start_resume=_RESUME.model_dump,
    complete_resume=_RESUME.model_dump,
)


@asks("create_reminder")
async def _open_session(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"session_id": sitting.session_id}, sitting=sitting)


@asks("create_result")
async def _decided_session(scene: Scene, _: str) -> Asked:
    sitting, _decision = await decided_sitting(scene)
    return Asked({"session_id": sitting.session_id}, sitting=sitting)


@asks("list_messages", "get_message")
async def _message(scene: Scene, _: str) -> Asked:
    message, sitting = await _told(scene)
    return Asked({"message_id": message.id}, shows=message.id, sitting=sitting)


@asks("resend_message")
async def _failed_message(scene: Scene, _: str) -> Asked:
    message, sitting = await _told(scene)
    async with scene.transaction() as connection:
        await give_up_message(connection, message.id, "The mail server does not answer.")
    return Asked({"message_id": message.id}, sitting=sitting)


@asks("start_resume")
async def _candidate(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"candidate_id": sitting.candidate_id}, sitting=sitting)


@asks("complete_resume", "get_resume")
async def _uploaded_resume(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    async with scene.transaction() as connection:
        await announce_resume(connection, sitting.candidate_id, _RESUME)
    sha256 = bytes.fromhex(_RESUME.sha256)
    key = resume_key(scene.organisation_id, sitting.candidate_id, sha256)
    await put(scene.media.presign(key, RESUME_TYPE, _RESUME.size, sha256), RECORDING)
    return Asked({"candidate_id": sitting.candidate_id}, shows=sitting.candidate_id, sitting=sitting)


async def _told(scene: Scene) -> tuple[Message, Sitting]:
    sitting, _ = await decided_sitting(scene)
    async with scene.transaction() as connection:
        return await tell_result(connection, sitting.session_id, "mail", None), sitting
