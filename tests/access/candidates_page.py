"""Requests of a candidate's page, and what the enterprise says to it."""

from access.asked import Asked, asks, sends
from access.scene import Scene

from storage.accommodations.records import NewAccommodation
from storage.accommodations.transactions import request_accommodation
from storage.sittings.transactions import make_ready, take_seat

sends(
    request_accommodation=lambda: {"audio_only": True},
    decide_accommodation=lambda: {"granted": True},
    send_chat=lambda: {"text": "I hear nothing."},
)
_SEAT = {"device_id": "some-device"}


@asks("get_sitting", "request_accommodation", "send_chat")
async def _session(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"session_id": sitting.session_id}, shows=sitting.session_id, sitting=sitting)


@asks("take_seat")
async def _seat(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"session_id": sitting.session_id}, _SEAT, sitting=sitting)


@asks("ask_question")
async def _question(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    async with scene.transaction() as connection:
        await take_seat(connection, sitting.session_id, _SEAT["device_id"])
        await make_ready(connection, sitting.session_id)
    return Asked({"session_id": sitting.session_id, "question_number": 1}, _SEAT, sitting=sitting)


@asks("get_accommodation", "decide_accommodation")
async def _accommodation(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    async with scene.transaction() as connection:
        found = await request_accommodation(connection, sitting.session_id, NewAccommodation(audio_only=True))
    return Asked({"session_id": sitting.session_id}, shows=found.id, sitting=sitting)
