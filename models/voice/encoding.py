"""Speech as a file that every browser plays."""

from dataclasses import dataclass
from io import BytesIO

import av
import numpy as np

from models.voice.contract import SAMPLE_RATE, Speech

# MPEG audio is played everywhere, also where a browser comes without licensed codecs, which AAC in MP4 is not.
CONTENT_TYPE = "audio/mpeg"
# Of mono at 24 kHz: nothing is to be heard of the compression.
_BITS_PER_SECOND = 64_000


@dataclass(frozen=True)
class Clip:
    """An encoded file and how long it plays."""

    data: bytes
    content_type: str
    seconds: float


def encode(speech: Speech) -> Clip:
    """MP3 of speech."""
    file = BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE, layout="mono", bit_rate=_BITS_PER_SECOND)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(speech.samples, np.float32)[None], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return Clip(file.getvalue(), CONTENT_TYPE, speech.seconds)
