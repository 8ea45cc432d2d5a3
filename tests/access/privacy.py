"""Policies, notices and consents, exports and erasures, and what is kept after them."""

from uuid import UUID

from access.asked import Asked, asks, sends
from access.scene import Scene

from storage.access import system
from storage.consents.records import NewConsent
from storage.consents.transactions import get_notice, give_consent
from storage.retention.transactions import keep_record, request_erasure

sends(
    change_policy=lambda: {"media_days": 30},
    change_interview_policy=lambda: {"media_days": 30},
    list_policy_presets=lambda: None,
    get_policy=lambda: None,
)


@asks("get_interview_policy", "change_interview_policy")
async def _interview(scene: Scene, _: str) -> Asked:
    return Asked({"interview_id": scene.interview.id})


@asks("get_notice", "give_consent")
async def _notified(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    consent = (await _consent(scene, sitting.session_id)).model_dump(mode="json")
    return Asked({"session_id": sitting.session_id}, consent, shows=sitting.session_id, sitting=sitting)


@asks("list_consents")
async def _consented(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    new = await _consent(scene, sitting.session_id)
    async with scene.transaction() as connection:
        consent = await give_consent(connection, system(scene.organisation_id), sitting.session_id, new)
    return Asked({"session_id": sitting.session_id}, shows=consent.id, sitting=sitting)


@asks("export_candidate", "erase_candidate")
async def _candidate(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"candidate_id": sitting.candidate_id}, sitting=sitting)


@asks("list_erasures", "get_erasure")
async def _erasure(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    async with scene.transaction() as connection:
        erasure, _withdrawn = await request_erasure(connection, sitting.candidate_id)
    return Asked({"erasure_id": erasure.id}, shows=erasure.id)


@asks("get_decision_record")
async def _kept(scene: Scene, _: str) -> Asked:
    sitting = await scene.reported_sitting()
    async with scene.transaction() as connection:
        await keep_record(connection, sitting.session_id)
    return Asked({"session_id": sitting.session_id}, sitting=sitting)  # the record names its person by a pseudonym


async def _consent(scene: Scene, session_id: UUID) -> NewConsent:
    async with scene.transaction() as connection:
        notice = await get_notice(connection, session_id, "en")
    return NewConsent(language="en", notice_sha256=notice.sha256, choice="accept")
