"""Still pictures as every face engine takes them: upright RGB, of a bounded size."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 120_000_000  # above any phone's camera; a picture that claims more is refused before it is decoded
MAX_SIDE = 2048  # the largest detector scale needs no more, and crops are at most 150 pixels wide
CAMERA_PIXELS = 4096 * 2160  # of a picture that a page took from a camera
# Encoders write about ten. Each is a pass over the whole picture and may take 23 bytes: 512 KB of them took 150 s.
MAX_SCANS = 100


class PictureError(ValueError):
    """The bytes are no picture that can be decoded, or one of an absurd size."""


def read_picture(source: Path | bytes) -> NDArray[np.uint8]:
    """Decode a picture to uint8 RGB [h, w, 3], turned upright by its EXIF tag, longest side at most MAX_SIDE.

    Greyscale, palette, CMYK and 16-bit pictures become RGB; transparent parts become white.
    Raises PictureError where the file is missing, corrupt, truncated, no picture or larger than MAX_PIXELS.
    """
    return _read(source, MAX_PIXELS, None)


def read_camera_picture(jpeg: bytes) -> NDArray[np.uint8]:
    """As `read_picture`, for a JPEG that anybody may have sent in a camera's name.

    Raises PictureError also where it is no JPEG.
    """
    return _read(jpeg, CAMERA_PIXELS, ["JPEG"])


def _read(source: Path | bytes, pixels: int, formats: list[str] | None) -> NDArray[np.uint8]:
    name = source.name if isinstance(source, Path) else "picture"
    # Each scan is a pass over the whole picture, and takes few bytes. A JPEG's compressed data never holds the marker.
    if isinstance(source, bytes) and source.startswith(b"\xff\xd8") and source.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError(f"{name}: more than {MAX_SCANS} scans")
    try:
        with Image.open(source if isinstance(source, Path) else io.BytesIO(source), formats=formats) as image:
            if image.width * image.height > pixels:
                raise PictureError(f"{name}: {image.width}x{image.height} is too large a picture")
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            return np.asarray(_rgb(upright), dtype=np.uint8)
    except FileNotFoundError as error:
        raise PictureError(f"{name}: no such file") from error
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"{name}: not a readable picture ({error})") from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey: Pillow would clip rather than scale
        grey = np.asarray(image).astype(np.float32)
        return Image.fromarray((grey / 257).clip(0, 255).astype(np.uint8)).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")
