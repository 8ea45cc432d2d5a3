"""A camera and a microphone made from files, as Chromium's fake devices take them."""

import math
import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from loadtests.recording import SAMPLE_RATE, moved

CAMERA_RATE = 15  # pictures a second
CAMERA_SIZE = (640, 480)  # width, height
# The camera's film starts over after this many seconds.
_FILM_S = 7.0


@dataclass(frozen=True)
class FakeDevices:
    """The files that the camera shows and the microphone hears; None leaves the device out.

    Chromium reads the film when it starts, and the sound whenever a page opens the microphone: from its beginning.
    """

    film: Path | None
    sound: Path | None


def write_film(path: Path, picture: NDArray[np.uint8], seconds: float = _FILM_S) -> Path:
    """A film (YUV4MPEG2, 4:2:0) of a gently moving `picture`, uint8 RGB [h, w, 3], that may be played over and over."""
    width, height = CAMERA_SIZE
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{CAMERA_RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(math.ceil(seconds * CAMERA_RATE)):
            image = moved(picture, number / CAMERA_RATE, CAMERA_SIZE)
            planes = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p").to_ndarray()
            file.write(b"FRAME\n")
            file.write(planes.tobytes())
    return path


def write_sound(path: Path, samples: NDArray[np.float32]) -> Path:
    """A sound file (WAVE, 16 bit) of `samples`, float32 mono [n] at 48 kHz in -1..1; replaces the file in one step."""
    written = path.with_suffix(".new")
    with wave.open(str(written), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    # A browser that opens its microphone meanwhile hears the old sound or the new one.
    return written.replace(path)


def silence(seconds: float) -> NDArray[np.float32]:
    """Digital silence, float32 [n] at 48 kHz."""
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)
