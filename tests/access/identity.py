"""Requests that show who a candidate is: each against a session of an interview that asks for a one-time code."""

import base64

from access.asked import Asked, asks
from access.scene import Scene, Sitting, new_interview, new_sitting
from sent_codes import sent_code

from storage.access import system
from storage.consents.records import NewConsent
from storage.consents.transactions import get_notice, give_consent
from storage.identity.transactions import send_code
from storage.policies.records import PolicySettings
from storage.policies.transactions import change_policy
from storage.updates import ANY_VERSION

# The fake behind the front compares bytes.
_FACE = base64.b64encode(b"\xff\xd8\xff a face").decode()


async def _asking_sitting(scene: Scene) -> Sitting:
    async with scene.transaction() as connection:
        interview = await new_interview(connection, scene.position.id)
        await change_policy(connection, interview.id, ANY_VERSION, PolicySettings(one_time_code="required"))
        return await new_sitting(connection, interview.id)


@asks("send_identity_code")
async def _unsent(scene: Scene, _: str) -> Asked:
    sitting = await _asking_sitting(scene)
    return Asked({"session_id": sitting.session_id}, {"channel": "mail"}, sitting=sitting)


@asks("verify_identity_code")
async def _sent(scene: Scene, _: str) -> Asked:
    sitting = await _asking_sitting(scene)
    async with scene.transaction() as connection:
        await send_code(connection, sitting.session_id, "mail")
        code = await sent_code(connection, sitting.session_id)
    return Asked({"session_id": sitting.session_id}, {"code": code}, sitting=sitting)


@asks("check_face")
async def _face(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    async with scene.transaction() as connection:
        notice = await get_notice(connection, sitting.session_id, "en")
        consent = NewConsent(language="en", notice_sha256=notice.sha256, choice="accept", biometrics=True)
        await give_consent(connection, system(scene.organisation_id), sitting.session_id, consent)
    return Asked({"session_id": sitting.session_id}, {"live": _FACE, "document": _FACE}, sitting=sitting)
