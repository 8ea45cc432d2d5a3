"""Invitations, sessions, takes, reports, decisions."""

from dataclasses import replace

from access.asked import Asked, asks, sends
from access.scene import CHUNK, VIDEO, Scene, Sitting, new_candidate

from storage.access import system
from storage.decisions.records import Decision, NewDecision
from storage.decisions.transactions import decide

_COMPLETED = {"size": CHUNK.size, "sha256": CHUNK.sha256}

sends(
    create_invitation=lambda: {"candidate": {"name": "Ada"}},
    submit_session=lambda: {},
    start_take=lambda: {"content_type": VIDEO},
    start_chunk=CHUNK.model_dump,
    complete_chunk=lambda: _COMPLETED,
    complete_take=lambda: _COMPLETED,
    finish_take=lambda: {"chunks": 1},
)


@asks("create_invitation")
async def _interview(scene: Scene, _: str) -> Asked:
    return Asked({"interview_id": scene.interview.id})


@asks("create_invitations")
async def _rows(scene: Scene, _: str) -> Asked:
    return Asked({"interview_id": scene.interview.id}, b"name,email\nAda,ada@example.org\n", "text/csv")


@asks("list_invitations", "revoke_invitation")
async def _invitation(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    names = {"interview_id": scene.interview.id, "invitation_id": sitting.invitation_id}
    return Asked(names, shows=sitting.invitation_id, sitting=sitting)


@asks("create_session")
async def _new_session(scene: Scene, _: str) -> Asked:
    async with scene.transaction() as connection:
        candidate = await new_candidate(connection)
    return Asked(body={"candidate_id": str(candidate.id), "interview_id": str(scene.interview.id)})


@asks("list_sessions", "get_session", "withdraw_session")
async def _session(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"session_id": sitting.session_id}, shows=sitting.session_id, sitting=sitting)


@asks("stream_events")
async def _events(scene: Scene, caller: str) -> Asked:
    asked = await _session(scene, caller)
    assert asked.sitting is not None
    return replace(asked, shows=(await scene.new_take(asked.sitting)).id)


@asks("submit_session")
async def _recorded_session(scene: Scene, caller: str) -> Asked:
    asked = await _session(scene, caller)
    assert asked.sitting is not None
    await scene.stored_take(asked.sitting)
    return asked


@asks("get_report")
async def _reported_session(scene: Scene, _: str) -> Asked:
    sitting = await scene.reported_sitting()
    return Asked({"session_id": sitting.session_id}, shows=sitting.session_id, sitting=sitting)


@asks("compare_candidates")
async def _comparison(scene: Scene, _: str) -> Asked:
    sittings = [await scene.reported_sitting() for _ in range(2)]
    ids = [str(sitting.session_id) for sitting in sittings]
    return Asked(body={"session_ids": ids}, shows=sittings[0].session_id, sitting=sittings[0])


@asks("create_decision")
async def _new_decision(scene: Scene, caller: str) -> Asked:
    sitting = await scene.reported_sitting()
    body = {"decision": "next_round", "reason": "listens well"}
    # A member decides as themselves; software says whose decision it is.
    decider = {} if caller in scene.members else {"member_id": str(scene.members["admin"].id)}
    return Asked({"session_id": sitting.session_id}, body | decider, shows=sitting.session_id, sitting=sitting)


@asks("list_decisions")
async def _decision(scene: Scene, _: str) -> Asked:
    sitting, decision = await decided_sitting(scene)
    return Asked({"session_id": sitting.session_id}, shows=decision.id, sitting=sitting)


@asks("start_take")
async def _question(scene: Scene, caller: str) -> Asked:
    asked = await _session(scene, caller)
    return replace(asked, names={**asked.names, "question_number": 1})


@asks("get_take", "start_chunk", "list_chunks")
async def _take(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"take_id": (await scene.new_take(sitting)).id}, sitting=sitting)


@asks("get_recording")
async def _recording(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    take = await scene.stored_take(sitting)
    return Asked({"take_id": take.id}, shows=take.id, sitting=sitting)


@asks("list_answers")
async def _answers(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    take = await scene.stored_take(sitting)
    return Asked({"session_id": sitting.session_id}, shows=take.id, sitting=sitting)


@asks("complete_chunk", "complete_take")
async def _uploaded_take(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"take_id": (await scene.uploaded_take(sitting)).id, "number": 0}, sitting=sitting)


@asks("finish_take")
async def _whole_take(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"take_id": (await scene.stored_take(sitting, finished=False)).id}, sitting=sitting)


async def decided_sitting(scene: Scene) -> tuple[Sitting, Decision]:
    """A sitting whose report is there, and an offer that a person made."""
    sitting = await scene.reported_sitting()
    new = NewDecision(decision="offer", reason="listens well", member_id=scene.members["admin"].id)
    async with scene.transaction() as connection:
        return sitting, await decide(connection, system(scene.organisation_id), sitting.session_id, new)
