"""Read fragmented mp4 as a stream that may be damaged: whole fragments are handed on, the rest is left out.

A fragmented mp4 (ISO/IEC 14496-12, section 8.8) is a header and then fragments: a moof box, which says what is in the
mdat box behind it. Other mp4 files have one index, mostly at the end, and cannot be read as they grow.
"""

import re
from typing import Literal

from models.media.repair import Repair

# Boxes that may stand between fragments; those that are not fragments are of no use in a stream.
BETWEEN = {b"ftyp", b"styp", b"moov", b"sidx", b"ssix", b"prft", b"emsg", b"free", b"skip", b"uuid", b"udta", b"meta"}
BETWEEN |= {b"mfra", b"pdin"}
# A fragment of ten seconds of 4K at 50 Mbit/s.
LARGEST_BOX = 1 << 26
# A moof with its first child: 12 fixed bytes, which media do not hold by chance.
FRESH_START = re.compile(rb"....moof\x00\x00\x00\x10mfhd", re.DOTALL)
FRESH_START_LENGTH = 16


def is_fragmented(head: bytes) -> bool | Literal["unknown"]:
    """Whether a file that begins with `head` is a fragmented mp4; "unknown" where more bytes are needed to tell."""
    at = 0
    while (box := _header(head, at)) is not None:
        kind, body, end = box
        if kind == b"moov" and end is not None:
            if end > len(head):
                return "unknown" if end - at <= LARGEST_BOX else False
            return any(child == b"mvex" for child in _children(head[body:end]))
        if kind not in BETWEEN or end is None or end - at > LARGEST_BOX:
            return False
        at = end
    return "unknown"


class FragmentRepair(Repair):
    """Gives the bytes of a fragmented mp4's header and of its whole fragments."""

    format = "mov"
    fresh_start = FRESH_START
    fresh_start_longest = FRESH_START_LENGTH

    def __init__(self) -> None:
        super().__init__()
        self._moof = b""  # the one whose mdat is awaited
        self._begun = False  # the header was given

    def finish(self) -> bytes:
        """The beginning of a last fragment that never came whole."""
        box = _header(self._buffer, 0)
        if self._lost or box is None:
            self.cut_off = bool(self._buffer) and not self._lost
            return b""
        kind, _, end = box
        self.cut_off = end is not None
        return self._moof + self._buffer if kind == b"mdat" and self._moof else b""

    def _take(self, at: int, output: bytearray) -> int | None:
        """Take one box, or notice damage."""
        box = _header(self._buffer, at)
        if box is None:
            return None
        kind, body, end = box
        open_ended = end is None and kind == b"mdat"
        reach = len(self._buffer) if end is None else end
        valid = kind in BETWEEN or kind in (b"moof", b"mdat")
        if not valid or (end is None and not open_ended) or reach - at > LARGEST_BOX or self._swallows(body, reach):
            self._lose(output)
            self._moof = b""
            return at + 1
        if open_ended or reach > len(self._buffer):
            return None
        content = bytes(self._buffer[at:reach])
        if kind == b"moof":
            self._moof = content
        elif kind == b"mdat":
            output += self._moof + content if self._moof else b""
            self._moof = b""
        elif kind in (b"ftyp", b"moov") and not self._begun:
            output += content
            self._begun = kind == b"moov"
        return reach

    def _swallows(self, body: int, end: int) -> bool:
        """Whether the next fragment begins inside this box: a part of the box is missing."""
        return FRESH_START.search(self._buffer, body, end) is not None


def _header(data: bytes | bytearray, at: int) -> tuple[bytes, int, int | None] | None:
    """A box's (type, where its body begins, where it ends: None for the end of the file); None where bytes are missing.

    The type is empty where the size is impossible.
    """
    if at + 8 > len(data):
        return None
    size, kind, header = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8]), 8
    if size == 1:
        if at + 16 > len(data):
            return None
        size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
    if size == 0:
        return kind, at + header, None
    return (kind if size >= header else b""), at + header, at + max(size, header)


def _children(body: bytes) -> list[bytes]:
    found, at = [], 0
    while (box := _header(body, at)) is not None and box[2] is not None:
        found.append(box[0])
        at = box[2]
    return found
