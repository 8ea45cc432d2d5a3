"""Requests of a device check: each against a session that has not begun."""

from access.asked import Asked, asks
from access.scene import CHUNK, Scene

from storage.device_checks.records import DeviceReport
from storage.device_checks.transactions import store_report
from storage.sittings.transactions import take_seat

_REPORT = DeviceReport(latency_ms=20, upload_kbps=5000, quality="high", camera="good", browser="Firefox")


async def _names(scene: Scene) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"session_id": sitting.session_id}, sitting=sitting)


@asks("check_picture")
async def _picture(scene: Scene, _: str) -> Asked:
    asked = await _names(scene)
    # The fake behind the front counts bytes.
    return Asked(asked.names, b"\xff", "image/jpeg", sitting=asked.sitting)


@asks("check_speech")
async def _speech(scene: Scene, _: str) -> Asked:
    asked = await _names(scene)
    return Asked(asked.names, b"hello", "audio/webm", {"language": "en"}, sitting=asked.sitting)


@asks("get_sentence")
async def _sentence(scene: Scene, _: str) -> Asked:
    asked = await _names(scene)
    return Asked(asked.names, query={"language": "zh"}, sitting=asked.sitting)


@asks("start_probe")
async def _probe(scene: Scene, _: str) -> Asked:
    asked = await _names(scene)
    return Asked(asked.names, {"size": CHUNK.size, "sha256": CHUNK.sha256}, sitting=asked.sitting)


@asks("get_ready")
async def _opened(scene: Scene, _: str) -> Asked:
    asked = await _names(scene)
    assert asked.sitting is not None
    async with scene.transaction() as connection:
        await take_seat(connection, asked.sitting.session_id, "some-device")
    return Asked(asked.names, _REPORT.model_dump(), sitting=asked.sitting)


@asks("get_device_check")
async def _reported(scene: Scene, _: str) -> Asked:
    asked = await _names(scene)
    assert asked.sitting is not None
    session_id = asked.sitting.session_id
    async with scene.transaction() as connection:
        await store_report(connection, session_id, _REPORT)
    return Asked(asked.names, shows=session_id, sitting=asked.sitting)
