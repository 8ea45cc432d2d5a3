"""Whether a file is whole, by its own structure.

Recorders write live webm without a duration, and FFmpeg takes a wav's duration from what is there, so a decoder cannot
tell a cut file from a short one. The structure can: every EBML element (RFC 8794) states its size, except a live
segment and its clusters, which end where the next element of their level begins; a RIFF file states its own.
"""

from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Literal

from models.media.container import Source

Structure = Literal["whole", "damaged", "cut off"]

EBML_HEADER = bytes.fromhex("1A45DFA3")
# Segment and Cluster: the two that may have no size.
EBML_PARENTS = {bytes.fromhex("18538067"), bytes.fromhex("1F43B675")}
# The other elements of a segment and of a cluster (RFC 9559, sections 5.1.1 to 5.1.8): what is none of them is damage.
EBML_CHILDREN = {
    EBML_HEADER,
    *map(bytes.fromhex, ("114D9B74", "1549A966", "1654AE6B", "1C53BB6B", "1941A469", "1043A770", "1254C367")),
    *map(bytes.fromhex, ("E7", "5854", "A7", "AB", "A3", "A0", "AF", "EC", "BF")),
}
# A wav that was written to a pipe has one of these for a size.
RIFF_SIZE_UNKNOWN = {0, 0xFFFFFFFF}


def structure(source: Source) -> Structure:
    """Whether a webm, mkv or wav file is whole; other formats are taken to be."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return structure(file)
    size = source.seek(0, SEEK_END)
    source.seek(0)
    head = source.read(8)
    if head[:4] == EBML_HEADER:
        return _walk(source, size)
    stated = int.from_bytes(head[4:], "little")
    short = head[:4] == b"RIFF" and stated not in RIFF_SIZE_UNKNOWN and stated + 8 > size
    return "cut off" if short else "whole"


def _walk(file: BinaryIO, size: int) -> Structure:
    position = file.seek(0)
    while position < size:
        identifier = _read_varint(file)
        length = _read_varint(file)
        if identifier is None or length is None:
            return "cut off" if file.tell() >= size else "damaged"
        position = file.tell()
        if identifier in EBML_PARENTS:
            continue  # step inside: its children follow
        if identifier not in EBML_CHILDREN:
            return "damaged"
        position = file.seek(position + _value(length))
    return "cut off" if position > size else "whole"


def _read_varint(file: BinaryIO) -> bytes | None:
    """The bytes of one EBML variable-size integer (RFC 8794, section 4), or None where there is none."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    more = 8 - first[0].bit_length()
    rest = file.read(more)
    return first + rest if len(rest) == more else None


def _value(varint: bytes) -> int:
    return int.from_bytes(varint, "big") & ((1 << 7 * len(varint)) - 1)
