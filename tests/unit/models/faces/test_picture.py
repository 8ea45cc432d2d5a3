import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.faces import picture
from models.faces.picture import PictureError, read_camera_picture, read_picture

pytestmark = pytest.mark.unit


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_exif_turns_the_picture_upright() -> None:
    image = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by a quarter
    assert read_picture(encoded(image, "JPEG", exif=exif)).shape == (40, 20, 3)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = Image.new(mode, (8, 6))
    read = read_picture(encoded(image, "TIFF" if mode in ("CMYK", "I;16") else "PNG"))
    assert (read.shape, read.dtype) == ((6, 8, 3), np.uint8)


def test_transparent_is_white_and_16_bit_grey_is_scaled() -> None:
    assert (read_picture(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG")) == 255).all()
    grey = Image.fromarray(np.full((4, 4), 32896, np.uint16))
    assert (read_picture(encoded(grey, "PNG")) == 128).all()


def test_large_pictures_shrink() -> None:
    read = read_picture(encoded(Image.new("RGB", (4096, 1024)), "PNG"))
    assert read.shape == (512, 2048, 3)


def test_what_is_no_picture_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = encoded(Image.effect_noise((64, 64), 50).convert("RGB"), "JPEG")
    for name, data in {"empty.jpg": b"", "text.jpg": b"not a picture", "cut.jpg": whole[: len(whole) // 2]}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(PictureError, match=name):
            read_picture(tmp_path / name)
    with pytest.raises(PictureError, match=r"gone\.jpg: no such file"):
        read_picture(tmp_path / "gone.jpg")
    monkeypatch.setattr(picture, "MAX_PIXELS", 1000)
    with pytest.raises(PictureError, match="too large"):
        read_picture(whole)


def test_a_camera_takes_jpegs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.effect_noise((64, 48), 50).convert("RGB")
    assert read_camera_picture(encoded(image, "JPEG", progressive=True)).shape == (48, 64, 3)
    for kind in ("PNG", "WEBP", "TIFF", "GIF"):
        with pytest.raises(PictureError):
            read_camera_picture(encoded(image, kind))
    monkeypatch.setattr(picture, "CAMERA_PIXELS", 1000)
    with pytest.raises(PictureError, match="too large"):
        read_camera_picture(encoded(image, "JPEG"))


def test_a_jpeg_whose_scans_would_take_minutes_is_refused_at_once() -> None:
    whole = encoded(Image.effect_noise((2048, 2048), 5).convert("RGB"), "JPEG", progressive=True, quality=5)
    last = whole.rindex(b"\xff\xda")
    bomb = whole[:last] + whole[last:-2] * 200 + whole[-2:]
    started = time.perf_counter()
    with pytest.raises(PictureError, match="scans"):
        read_camera_picture(bomb)
    assert time.perf_counter() - started < 0.5
