"""The Voice deployment: loaded by the first text, let go afterwards, one bad text costs nobody else's."""

import asyncio
from io import BytesIO

import av
import pytest

from models.voice.contract import NothingToSay, Text
from serving.settings import VoiceProfile
from serving.voice import Voice

pytestmark = pytest.mark.integration

PROFILE = VoiceProfile(device="cpu", threads=1, max_batch_size=2, batch_wait_s=0.1, max_waiting=8, keep_s=1, replica={})


async def let_go(voice: Voice) -> None:
    async with asyncio.timeout(10):
        while voice.is_loaded:
            await asyncio.sleep(0.1)


async def test_texts_become_files_and_the_engine_goes_again(models_dir: object) -> None:
    voice = Voice(PROFILE)
    assert not voice.is_loaded
    assert await voice.name() == "Kokoro-82M 1.0, int8 ONNX; af_heart, zf_xiaoyi"
    assert not voice.is_loaded
    english, chinese, nothing = await asyncio.gather(
        voice.speak(Text("Why this job?", "en")),
        voice.speak(Text("你好。", "zh")),
        voice.speak(Text("???", "en")),
        return_exceptions=True,
    )
    assert isinstance(nothing, NothingToSay)
    for clip in (english, chinese):
        assert not isinstance(clip, BaseException)
        assert clip.content_type == "audio/mpeg" and 0.5 < clip.seconds < 3
        with av.open(BytesIO(clip.data)) as container:
            assert container.duration / 1e6 == pytest.approx(clip.seconds, abs=0.1)
    assert voice.is_loaded
    await let_go(voice)
    again = await voice.speak(Text("Why this job?", "en"))
    assert again.seconds == pytest.approx(english.seconds, abs=0.1)  # type: ignore[union-attr]
    voice.check_health()
    await let_go(voice)


async def test_the_timed_engine_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_ENGINE", "timed")
    monkeypatch.setenv("PARLEY_MODELS_DIR", "/nowhere")
    voice = Voice(PROFILE)
    assert (await voice.name()).startswith("timed: scripted results of no model")
    clip = await voice.speak(Text("Why?", "en"))
    assert (clip.content_type, clip.seconds) == ("audio/mpeg", 0.5)
    await let_go(voice)
