"""The device check over HTTP: camera, microphone and network are tried before the first question.

Its samples, a picture of at most 512 KB and a sentence of at most 1 MB, go through the front to the engines and are
never stored. Recordings never go through the front: they and the upload that measures the network go straight to S3.
"""

from typing import Any, get_args

import structlog
from anyio import to_thread

from frontends.api.operation import Call, Operation
from frontends.api.sittings import told_sitting
from storage.device_checks import transactions
from storage.device_checks.records import (
    MAX_PICTURE_BYTES,
    MAX_SPEECH_BYTES,
    PROBE_TYPE,
    DeviceCheck,
    DeviceReport,
    NewProbe,
    PictureCheck,
    PictureType,
    Sentence,
    SentenceQuery,
    SpeechCheck,
    SpeechType,
    probe_key,
    probe_prefix,
)
from storage.device_checks.sentences import sentence
from storage.errors import Unavailable
from storage.media.records import Upload
from storage.media.removal import remove_prefix
from storage.sessions.transactions import get_session
from storage.sittings.records import Sitting
from storage.sittings.transactions import make_ready

_log = structlog.get_logger()


async def check_picture(call: Call) -> PictureCheck:
    session_id = call.path_id("session_id")
    # No transaction waits for an engine.
    async with call.transaction() as connection:
        await transactions.check_may_look(connection, session_id)
    await call.services.limits.count_check("picture", session_id)
    return await call.services.live.look(call.organisation_id, session_id, call.uploaded.read())


async def check_speech(call: Call) -> SpeechCheck:
    session_id, language = call.path_id("session_id"), call.query.language
    async with call.transaction() as connection:
        await transactions.check_may_look(connection, session_id)
    await call.services.limits.count_check("speech", session_id)
    expected = sentence(session_id, language)
    return await call.services.live.hear(call.organisation_id, session_id, call.uploaded.read(), language, expected)


async def get_sentence(call: Call) -> Sentence:
    session = await get_session(call.connection, call.path_id("session_id"))
    return Sentence(text=sentence(session.id, call.query.language))


async def start_probe(call: Call, new: NewProbe) -> Upload:
    session = await transactions.open_session(call.connection, call.path_id("session_id"))
    await call.services.limits.count_check("probe", session.id)
    key = probe_key(call.organisation_id, session.id)
    return call.services.media.presign(key, PROBE_TYPE, new.size, bytes.fromhex(new.sha256))


async def get_ready(call: Call, report: DeviceReport) -> Sitting:
    session_id = call.path_id("session_id")
    await transactions.store_report(call.connection, session_id, report)
    await call.services.limits.count_check("report", session_id)
    await make_ready(call.connection, session_id)
    call.afterwards(lambda: _remove_probe(call))
    return await told_sitting(call, session_id)


async def get_device_check(call: Call) -> DeviceCheck:
    return await transactions.newest_report(call.connection, call.path_id("session_id"))


async def _remove_probe(call: Call) -> None:
    session_id = call.path_id("session_id")
    try:
        await to_thread.run_sync(remove_prefix, call.services.media, probe_prefix(call.organisation_id, session_id))
    except Unavailable as error:
        # The candidate is ready all the same; retention deletes it with the recordings.
        _log.warning("upload probe left", session_id=str(session_id), error=error.code)


_SESSION = "/v1/sessions/{session_id:uuid}"
_CHECK = f"{_SESSION}/device-check"

_BY_CANDIDATES: dict[str, Any] = {"scope": "sessions:write", "for_candidates": True}

OPERATIONS = [
    Operation(
        "POST", f"{_CHECK}/picture", "Look at a picture from the camera, which is not stored", check_picture,
        PictureCheck, **_BY_CANDIDATES, own_transactions=True, uploads=get_args(PictureType),
        upload_bytes=MAX_PICTURE_BYTES,
    ),
    Operation(
        "POST", f"{_CHECK}/speech", "Listen to the sentence read aloud, which is not stored", check_speech,
        SpeechCheck, **_BY_CANDIDATES, own_transactions=True, query=SentenceQuery, uploads=get_args(SpeechType),
        upload_bytes=MAX_SPEECH_BYTES,
    ),
    Operation(
        "GET", f"{_CHECK}/sentence", "Get the sentence to read aloud", get_sentence, Sentence,
        scope="sessions:read", for_candidates=True, query=SentenceQuery,
    ),
    Operation(
        "POST", f"{_CHECK}/upload", "Get an upload that measures the way to S3", start_probe, Upload, NewProbe, 201,
        **_BY_CANDIDATES,
    ),
    Operation(
        "GET", _CHECK, "Get what the newest device check reported", get_device_check, DeviceCheck,
        scope="sessions:read",
    ),
    Operation(
        "POST", f"{_SESSION}/ready", "Say that the devices are checked: the questions may begin", get_ready, Sitting,
        DeviceReport, **_BY_CANDIDATES,
    ),
]  # fmt: skip
