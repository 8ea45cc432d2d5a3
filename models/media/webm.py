"""Read webm (and mkv) as a stream that may be damaged: what is whole is handed on, the rest is left out.

Every EBML element (RFC 8794) states its size, except a live segment and its clusters, which end where the next element
of their level begins. So damage shows where an element should begin and none does; the next cluster is a fresh start.
"""

import re

from models.media.repair import Repair

EBML_HEADER = bytes.fromhex("1A45DFA3")
SEGMENT = bytes.fromhex("18538067")
CLUSTER = bytes.fromhex("1F43B675")
# Info and Tracks, of which the first ones count: what comes again is a recorder that was started anew.
ONCE = {EBML_HEADER, SEGMENT, *map(bytes.fromhex, ("1549A966", "1654AE6B"))}
# Timestamp, SimpleBlock, BlockGroup.
CONTENT = {CLUSTER, *map(bytes.fromhex, ("E7", "A3", "A0"))}
# The other elements of a segment and of a cluster (RFC 9559, sections 5.1.1 to 5.1.8): indexes, tags and the like, of
# no use in a stream. What is none of all these is damage.
SKIPPED = {
    *map(bytes.fromhex, ("114D9B74", "1C53BB6B", "1941A469", "1043A770", "1254C367")),
    *map(bytes.fromhex, ("5854", "A7", "AB", "AF", "EC", "BF")),
}
# With this size an element ends where its next sibling begins: clusters may then lose any of their blocks.
SIZE_UNKNOWN = bytes.fromhex("01FFFFFFFFFFFFFF")
# Twice a still picture of the largest size that is decoded (models/media/pictures.py).
LARGEST_ELEMENT = 1 << 24
# A cluster and its first child, the timestamp: 7 bytes that compressed media hold by chance once in a petabyte.
FRESH_START = re.compile(
    re.escape(CLUSTER)
    + rb"(?:[\x80-\xff]|[\x40-\x7f].|[\x20-\x3f].{2}|[\x10-\x1f].{3}"
    + rb"|[\x08-\x0f].{4}|[\x04-\x07].{5}|[\x02\x03].{6}|\x01.{7})"
    + rb"\xe7[\x81-\x88]",
    re.DOTALL,
)
FRESH_START_LONGEST = 14


class WebmRepair(Repair):
    """Gives the bytes of a sound live webm."""

    format = "matroska"
    fresh_start = FRESH_START
    fresh_start_longest = FRESH_START_LONGEST

    def __init__(self) -> None:
        super().__init__()
        self._held = b""  # the last element: it counts once another begins behind it
        self._seen: set[bytes] = set()

    def finish(self) -> bytes:
        """What was held back; the beginning of an element that never came whole is left out."""
        self.cut_off = bool(self._buffer) and not self._lost
        return self._held

    def _take(self, at: int, output: bytearray) -> int | None:
        """Take one element, or notice damage."""
        header = _header(self._buffer, at)
        if header is None:
            return None
        identifier, size, body = header
        parent = identifier in (SEGMENT, CLUSTER)
        end = body if parent else body + size
        if not parent and (size > LARGEST_ELEMENT or FRESH_START.search(self._buffer, body, end)):
            identifier = b""
        if identifier not in ONCE | CONTENT | SKIPPED:
            self._lose(output)
            self._held = b""
            return at
        if end > len(self._buffer):
            return None
        output += self._held
        self._held = b""
        if identifier in CONTENT or (identifier in ONCE and identifier not in self._seen):
            self._seen.add(identifier)
            self._held = identifier + SIZE_UNKNOWN if parent else bytes(self._buffer[at:end])
        return end


def _header(buffer: bytearray, at: int) -> tuple[bytes, int, int] | None:
    """An element's (identifier, size, where its body begins); None where bytes are missing, no identifier in damage."""
    identifier = _varint(buffer, at)
    if identifier is None:
        return None
    size = _varint(buffer, at + len(identifier)) if identifier else b""
    if size is None:
        return None
    value = int.from_bytes(size, "big") & ((1 << 7 * len(size)) - 1)
    return (identifier if size else b""), value, at + len(identifier) + len(size)


def _varint(buffer: bytearray, at: int) -> bytes | None:
    """The bytes of a variable-size integer (RFC 8794, section 4): empty where there is none, None where cut."""
    if at >= len(buffer):
        return None
    if buffer[at] == 0:
        return b""
    varint = bytes(buffer[at : at + 9 - buffer[at].bit_length()])
    return varint if len(varint) == 9 - buffer[at].bit_length() else None
