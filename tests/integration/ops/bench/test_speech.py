import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.speech.contract import SAMPLE_RATE, Segment
from models.speech.transcript import Transcript
from models.speech.whisper import WhisperRecognizer
from models.speech.whisper_decoding import BEAM_SIZE
from ops.bench.speech import bench_speech, shipped_segments
from ops.bench.whisper_work import WhisperWork

pytestmark = pytest.mark.integration


async def test_a_tiny_run(models_dir: Path) -> None:
    folder = models_dir / "whisper-base"
    recognizer = WhisperRecognizer(folder)

    async def served(segments: Sequence[Segment]) -> list[Transcript]:
        return await asyncio.to_thread(recognizer.transcribe, segments)

    result = await bench_speech(
        served, recognizer, shipped_segments()[:1], WhisperWork(folder, BEAM_SIZE), concurrency=(2,)
    )
    assert (result.concurrency, result.segments) == (2, 4)
    assert result.rtfx > 0 and 0 < result.ratio_to_floor < 1


def test_work_is_counted_from_the_weights(models_dir: Path) -> None:
    """Against Whisper base's published sizes: 6 layers of 512 each, 1500 positions, 51865 tokens."""
    folder = models_dir / "whisper-base"
    nothing = Transcript(language="en", words=(), confidence=0, recognizer="x")
    # In a window of 20 s, which has 1000 positions.
    segment = Segment(np.zeros(SAMPLE_RATE, np.float32), 0.0, "en")
    encoding, decoding = WhisperWork(folder, BEAM_SIZE)(segment, nothing)
    layer, keys = 12 * 512 * 512, 2 * 512 * 512
    convolutions = 80 * 3 * 512 + 3 * 512 * 512
    assert encoding.macs == 1000 * (80 * 3 * 512 + convolutions + 6 * (layer + 2 * 1000 * 512 + keys))
    assert encoding.bytes == convolutions + 6 * (layer + keys)
    assert decoding.macs == (6 * (14 * 512 * 512 + 2 * 1000 * 512) + 51865 * 512) * (4 + BEAM_SIZE)
    assert decoding.bytes == 2 * (6 * (14 * 512 * 512 + 4 * 2 * 1000 * 512) + 51865 * 512)
