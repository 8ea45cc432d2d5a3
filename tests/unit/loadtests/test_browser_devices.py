"""The files of the fake camera and microphone, and what is said where there is no browser."""

import builtins
import shutil
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from loadtests.browser import chromium as chromium_module
from loadtests.browser.chromium import chromium, find_chromium
from loadtests.browser.devices import CAMERA_RATE, CAMERA_SIZE, FakeDevices, silence, write_film, write_sound
from loadtests.browser.errors import BrowserMissing
from loadtests.recording import SAMPLE_RATE, candidate_picture

pytestmark = pytest.mark.unit

NONE = FakeDevices(None, None)


def test_the_film_is_what_it_says_and_moves(tmp_path: Path) -> None:
    path = write_film(tmp_path / "face.y4m", candidate_picture(), seconds=1.0)
    assert path.read_bytes().startswith(b"YUV4MPEG2 W640 H480 F15:1 ")
    with av.open(path) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert (len(frames), frames[0].shape) == (CAMERA_RATE, (CAMERA_SIZE[1], CAMERA_SIZE[0], 3))
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 1
    # The colours are the picture's, not their complements: the suit is orange.
    red, green, blue = frames[0].reshape(-1, 3).mean(axis=0)
    assert red > green > blue - 20


def test_the_sound_is_what_it_says_and_is_replaced_whole(tmp_path: Path) -> None:
    samples = np.sin(np.arange(SAMPLE_RATE, dtype=np.float32) / 10) * 2
    path = write_sound(tmp_path / "speech.wav", samples)
    write_sound(path, samples)
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE, 1, 2)
        read = np.frombuffer(file.readframes(SAMPLE_RATE), "<i2")
    assert np.abs(read / 32767 - np.clip(samples, -1, 1)).max() < 1e-3
    assert list(tmp_path.iterdir()) == [path]
    assert not silence(0.5).any() and len(silence(0.5)) == SAMPLE_RATE // 2


def test_a_machine_without_a_browser_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium_module.shutil, "which", lambda name: None)
    assert find_chromium() is None
    with pytest.raises(BrowserMissing, match="make browser"), chromium(NONE):
        pass


def test_an_installation_without_playwright_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.startswith("playwright"):
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BrowserMissing, match=r"pip install .* playwright"), chromium(NONE):
        pass


def test_the_browser_is_the_first_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", {"google-chrome": "/opt/chrome"}.get)
    assert find_chromium() == "/opt/chrome"
