"""A recording cut into chunks, as a browser's recorder delivers it while it records."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import av

CHUNK_SECONDS = 2.0
_VOID = 0xEC
_MOST_ONE_BYTE_SIZE = 126


@dataclass(frozen=True)
class Chunk:
    """Consecutive bytes of a recording.

    number: place in the take, from 0. ends_at: seconds of recording after which the recorder delivers it.
    """

    number: int
    ends_at: float
    body: bytes

    @cached_property
    def named(self) -> dict[str, Any]:
        """Size in bytes and SHA-256, as the API wants a chunk named."""
        return {"size": len(self.body), "sha256": hashlib.sha256(self.body).hexdigest()}


def cut(recording: bytes, seconds: float = CHUNK_SECONDS) -> list[Chunk]:
    """The chunks of a recording in any container, one for every `seconds` of it; together they are its bytes.

    A chunk begins with the first packet of its time: at the packet's data, where a recorder would cut a few bytes
    earlier, before the block's header. Who reads chunks can't rely on where they are cut (W3C MediaStream Recording
    promises only that all of them together are playable).

    Raises av.FFmpegError where the recording can't be read, ValueError where no packet of it has a time.
    """
    positions, ends_at = [0], [seconds]
    end = 0.0
    for time, position in _packets(recording):
        end = max(end, time)
        if time >= ends_at[-1] and position > positions[-1]:
            positions.append(position)
            ends_at.append((time // seconds + 1) * seconds)
    if not end:
        raise ValueError("no packet of the recording has a time")
    ends_at[-1] = min(ends_at[-1], end)
    spans = pairwise([*positions, len(recording)])
    return [
        Chunk(number, at, recording[start:stop])
        for number, ((start, stop), at) in enumerate(zip(spans, ends_at, strict=True))
    ]


def tagged(chunks: list[Chunk], tag: bytes) -> list[Chunk]:
    """The same WebM recording with other bytes: its last chunk ends with a Void element (RFC 8794, 11.3.2) of `tag`.

    Work on recordings is remembered by their hash: only recordings that differ make work. tag: up to 126 bytes.
    """
    if len(tag) > _MOST_ONE_BYTE_SIZE:
        raise ValueError(f"a tag has {_MOST_ONE_BYTE_SIZE} bytes at most")
    void = bytes([_VOID, 0x80 | len(tag)]) + tag
    return [*chunks[:-1], replace(chunks[-1], body=chunks[-1].body + void)]


def _packets(recording: bytes) -> Iterator[tuple[float, int]]:
    """Time in seconds from the recording's start, and byte position, of each packet that has both, in file order."""
    with av.open(io.BytesIO(recording), "r") as container:
        start = (container.start_time or 0) / av.time_base
        packet: Any
        for packet in container.demux():
            if packet.dts is not None and packet.pos is not None:
                yield float(packet.dts * packet.time_base) - start, packet.pos
