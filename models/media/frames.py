"""The pictures of a recording alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.media.container import Source
from models.media.errors import MediaError
from models.media.pictures import Picture
from models.media.reader import MediaReader


def sample_frames(
    source: Source, per_second: float = 2.0, max_side: int = 640, limit_s: float | None = None
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield (seconds from the start of the take, RGB uint8 [h, w, 3]) at most `per_second` times a second.

    They are those of `MediaReader`. Raises MediaError `media-empty`, `media-unreadable` or `media-no-video`.
    """
    reader = MediaReader(source, per_second, max_side, limit_s, sound=False)
    for event in reader.events():
        if isinstance(event, Picture):
            yield event.time, event.pixels
    if "media-no-video" in reader.problems:
        raise MediaError("media-no-video", "The recording has no pictures.")
