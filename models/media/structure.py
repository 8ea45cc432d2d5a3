"""Whether a wav file is whole: a RIFF file states its size, while FFmpeg takes its duration from what is there."""

from typing import BinaryIO

# A wav that was written to a pipe has one of these for a size.
SIZE_UNKNOWN = {0, 0xFFFFFFFF}


def wav_is_cut_off(head: bytes, file: BinaryIO) -> bool:
    """Whether `file`, which begins with `head` (8 bytes or more), is a wav shorter than it says."""
    stated = int.from_bytes(head[4:8], "little")
    return head[:4] == b"RIFF" and stated not in SIZE_UNKNOWN and stated + 8 > file.seek(0, 2)
