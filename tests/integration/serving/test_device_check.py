"""The device check with real engines, behind the handles that the front has: real faces, real speech, hostile bytes."""

import asyncio
import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import media_samples
import numpy as np
import pytest
from local_serve import local_serve
from numpy.typing import NDArray
from PIL import Image
from ray import serve
from ray.serve.handle import DeploymentHandle

from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode, jpeg
from loadtests.script import load_script
from models.speech.vad import SileroVad
from serving import device_check, live_handle
from serving.analysts import Analysts
from serving.face_analyst import FaceAnalyst
from serving.live_handle import LiveHandle
from serving.settings import EngineProfile, TranscriberProfile
from serving.transcriber import Transcriber
from storage.device_checks.records import CheckLanguage, PictureCheck, SpeechCheck
from storage.errors import Invalid, Unavailable

pytestmark = pytest.mark.integration

FACES = EngineProfile(device="cpu", threads=1, max_batch_size=16, batch_wait_s=0, max_waiting=64, replica={})
SPEECH = TranscriberProfile(
    device="cpu", threads=1, max_batch_size=30, batch_wait_s=0, max_waiting=300, row_s=2, replica={}
)
ORGANISATION, SESSION = uuid4(), uuid4()

# How the second recorded answers of the load tests begin, and within how many seconds.
SENTENCES: dict[CheckLanguage, tuple[str, float]] = {
    "en": ("I think the most important thing is that people talk to each other.", 3.7),
    "zh": ("我觉得最重要的是大家要经常沟通。", 3.7),
}


@pytest.fixture(scope="module")
def cluster(models_dir: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARLEY_MODELS_DIR", str(models_dir))
        with local_serve():
            yield


@pytest.fixture(scope="module")
def live(cluster: None) -> LiveHandle:
    class Checking:
        """What the LiveAnalyst has for device checks, and nothing that needs a database."""

        def __init__(self, transcriber: DeploymentHandle[Any], face_analyst: DeploymentHandle[Any]) -> None:
            self._analysts, self._vad = Analysts(transcriber, face_analyst, transcriber), SileroVad()

        async def look(self, organisation_id: Any, picture: bytes) -> PictureCheck:
            return await device_check.look(picture, self._analysts.on_behalf_of(organisation_id))

        async def hear(self, organisation_id: Any, recording: bytes, language: Any, expected: str) -> SpeechCheck:
            return await device_check.hear(
                recording, language, expected, self._analysts.on_behalf_of(organisation_id), self._vad
            )

    def deployed(part: Any, *arguments: Any) -> Any:
        options = {"num_cpus": 0.1}
        return serve.deployment(max_ongoing_requests=100, ray_actor_options=options)(part).bind(*arguments)

    application = deployed(Checking, deployed(Transcriber, SPEECH), deployed(FaceAnalyst, FACES))
    return LiveHandle(serve.run(application, name="checking", route_prefix=None))


@pytest.fixture(scope="module")
def troubled(cluster: None) -> LiveHandle:
    class Troubled:
        """Engines that do not come back, or die."""

        async def look(self, organisation_id: Any, picture: bytes) -> PictureCheck:
            if picture == b"dies":
                os._exit(1)
            if picture == b"fails":
                raise RuntimeError("an engine's own trouble")
            await asyncio.sleep(300)
            raise AssertionError

    options = {"num_cpus": 0.1}
    application = serve.deployment(max_ongoing_requests=100, ray_actor_options=options)(Troubled).bind()
    return LiveHandle(serve.run(application, name="troubled", route_prefix=None))


def seen(zoom: float = 1.0, aside: float = 0.0, light: float = 1.0) -> NDArray[np.uint8]:
    """The candidate before a camera of 640 x 480: nearer by `zoom`, that part of the width `aside`, in other light."""
    portrait = candidate_picture()
    height, width = portrait.shape[:2]
    scale = zoom * 480 / height
    # The face's middle, as whoever sits there would place it.
    x, y = 0.5 * width, 0.37 * height
    move = np.array([[scale, 0, 640 * (0.5 + aside) - scale * x], [0, scale, 480 * 0.45 - scale * y]], np.float32)
    frame = cv2.warpAffine(portrait, move, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(frame * light, 0, 255), np.uint8)


async def looked(live: LiveHandle, picture: NDArray[np.uint8]) -> PictureCheck:
    return await live.look(ORGANISATION, SESSION, jpeg(picture))


async def heard(live: LiveHandle, recording: bytes, language: CheckLanguage, expected: str) -> SpeechCheck:
    return await live.hear(ORGANISATION, SESSION, recording, language, expected)


async def test_one_lit_face_in_the_middle_is_good(live: LiveHandle) -> None:
    found = await looked(live, candidate_picture())
    assert (found.faces, found.verdict) == (1, "good")
    assert 0.3 < found.brightness < 0.8
    assert (await looked(live, seen())).verdict == "good"


@pytest.mark.parametrize(
    ("picture", "faces", "verdict"),
    [
        (media_samples.five_faces_picture(), 5, "several_faces"),
        (np.hstack([seen(), seen()]), 2, "several_faces"),
        (seen(light=0.15), 1, "too_dark"),
        (np.zeros((480, 640, 3), np.uint8), 0, "too_dark"),
        (seen(light=20.0), None, "too_bright"),
        (np.full((480, 640, 3), 110, np.uint8), 0, "no_face"),
        (seen(aside=0.3), 1, "not_centred"),
        (seen(aside=-0.3), 1, "not_centred"),
        (seen(zoom=0.25), 1, "too_far"),
        (seen(zoom=2.6), 1, "too_close"),
    ],
)
async def test_what_is_wrong_with_a_picture_is_told(
    live: LiveHandle, picture: NDArray[np.uint8], faces: int | None, verdict: str
) -> None:
    found = await looked(live, picture)
    assert found.verdict == verdict, found
    assert faces is None or found.faces == faces


def _claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header claims other dimensions."""
    whole = bytearray(jpeg(candidate_picture()))
    start = whole.index(b"\xff\xc0")
    whole[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def _encoded(kind: str, size: tuple[int, int] = (64, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "grey").save(buffer, kind)
    return buffer.getvalue()


HOSTILE_PICTURES = {
    "nothing": b"",
    "text": b"not a picture",
    "a PNG": _encoded("PNG"),
    "a large PNG": _encoded("PNG", (9000, 9000)),
    "cut off": jpeg(candidate_picture())[:3000],
    "the header alone": jpeg(candidate_picture())[:20],
    "4 gigapixels claimed": _claiming(65_500, 65_500),
    "100 megapixels claimed": _claiming(10_000, 10_000),
    "no width": _claiming(0, 480),
    "markers": b"\xff\xd8\xff" + b"\xff\xda" * 5000,
}


@pytest.mark.parametrize("name", HOSTILE_PICTURES)
async def test_hostile_pictures_are_refused(live: LiveHandle, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await live.look(ORGANISATION, SESSION, HOSTILE_PICTURES[name])
    assert refusal.value.code == "picture-unreadable"


async def test_damaged_pictures_never_fail_otherwise(live: LiveHandle) -> None:
    whole, dice = jpeg(np.asarray(cv2.resize(candidate_picture(), (160, 120)), np.uint8)), np.random.default_rng(1)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in dice.integers(0, len(whole), 5):
            damaged[place] = dice.integers(0, 256)
        try:
            assert await live.look(ORGANISATION, SESSION, bytes(damaged))
        except Invalid as refusal:
            assert refusal.code == "picture-unreadable"


def spoken(language: CheckLanguage, loud: float = 1.0) -> NDArray[np.float32]:
    """float32 mono [n] at 48 kHz: somebody says the language's sentence."""
    samples = decode(load_script(language).answers[1].speech)
    return samples[: round(SENTENCES[language][1] * SAMPLE_RATE)] * np.float32(loud)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("container", ["webm", "mp4"])
async def test_a_sentence_read_aloud_is_understood(live: LiveHandle, language: CheckLanguage, container: Any) -> None:
    expected, seconds = SENTENCES[language]
    found = await heard(live, compose(spoken(language), None, container=container), language, expected)
    assert (found.verdict, found.expected) == ("good", expected)
    assert found.agreement >= 0.9, found.text
    assert found.seconds == pytest.approx(seconds, abs=0.1)


async def test_pictures_beside_the_sound_make_no_difference(live: LiveHandle) -> None:
    expected, _ = SENTENCES["en"]
    found = await heard(live, compose(spoken("en"), candidate_picture()), "en", expected)
    assert (found.verdict, found.agreement >= 0.9) == ("good", True)


async def test_another_sentence_is_unclear(live: LiveHandle) -> None:
    for language, other in (
        ("en", "My friends and I like to walk along the river."),
        ("zh", "会议开始之前请大家关上门。"),
    ):
        found = await heard(live, compose(spoken(language), None), language, other)  # type: ignore[arg-type]
        assert found.verdict == "unclear"
        assert found.agreement < 0.35
        assert found.text


@pytest.mark.parametrize(
    "recording",
    [media_samples.silence(4), media_samples.noise(4), compose(spoken("en", loud=0.0005), None)],
    ids=["silence", "noise", "a microphone that is nearly off"],
)
async def test_silence_is_no_error(live: LiveHandle, recording: bytes) -> None:
    found = await heard(live, recording, "en", SENTENCES["en"][0])
    assert (found.verdict, found.text, found.agreement) == ("silent", "", 0)


HOSTILE_SOUND = {
    "nothing": (b"", "media-empty"),
    "text": (media_samples.text_named_mp4(), "media-unreadable"),
    "cut in the header": (media_samples.truncated(compose(spoken("en"), None), share=0.002), "media-unreadable"),
    "no sound track": (media_samples.video_without_audio(1), "media-no-audio"),
    "a picture": (jpeg(candidate_picture()), None),
    "a playlist": (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "media-unreadable"),
    "noise of bytes": (np.random.default_rng(0).bytes(100_000), "media-unreadable"),
}


@pytest.mark.parametrize("name", HOSTILE_SOUND)
async def test_hostile_sound_is_refused(live: LiveHandle, name: str) -> None:
    recording, code = HOSTILE_SOUND[name]
    with pytest.raises(Invalid) as refusal:
        await heard(live, recording, "en", "hello")
    assert refusal.value.code.startswith("media-")
    assert code is None or refusal.value.code == code


async def test_damaged_sound_never_fails_otherwise(live: LiveHandle) -> None:
    dice = np.random.default_rng(2)
    for container in ("webm", "mp4"):
        whole = compose(spoken("en")[: SAMPLE_RATE // 2], None, container=container)
        for _ in range(25):
            damaged = bytearray(whole)
            for place in dice.integers(0, len(whole), 8):
                damaged[place] = dice.integers(0, 256)
            try:
                assert await heard(live, bytes(damaged), "en", "hello")
            except Invalid as refusal:
                assert refusal.code.startswith("media-")


async def test_hours_of_sound_are_heard_for_half_a_minute(live: LiveHandle) -> None:
    found = await heard(live, media_samples.three_hours(), "en", "hello")
    assert found.seconds == 30


async def test_engines_that_do_not_answer_are_a_clear_refusal(
    troubled: LiveHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_handle, "_CHECK_WITHIN_S", 0.3)
    for picture in (b"slow", b"fails"):
        with pytest.raises(Unavailable) as refusal:
            await troubled.look(ORGANISATION, SESSION, picture)
        assert refusal.value.code == "check-unavailable"


async def test_an_engine_that_dies_is_a_clear_refusal(troubled: LiveHandle) -> None:
    with pytest.raises(Unavailable):
        await troubled.look(ORGANISATION, SESSION, b"dies")
