"""Whole fragments pass, damaged ones are left out, in whatever portions the bytes come."""

import pytest

from models.media.fragments import FragmentRepair, is_fragmented

pytestmark = pytest.mark.unit


def box(kind: bytes, body: bytes = b"") -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def fragment(number: int) -> bytes:
    return box(b"moof", box(b"mfhd", bytes(7) + bytes([number]))) + box(b"mdat", bytes([number]) * 40)


HEADER = box(b"ftyp", b"iso5") + box(b"moov", box(b"mvhd", bytes(20)) + box(b"mvex"))


def repair(media: bytes, size: int) -> tuple[bytes, FragmentRepair]:
    repairing = FragmentRepair()
    output = b"".join(repairing.push(media[first : first + size]) for first in range(0, len(media), size))
    return output + repairing.finish(), repairing


def test_the_header_tells_whether_a_file_is_fragmented() -> None:
    assert is_fragmented(HEADER) is True
    assert is_fragmented(box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", bytes(20)))) is False
    assert is_fragmented(box(b"ftyp", b"isom") + box(b"mdat", b"media")) is False
    assert is_fragmented(b"RIFF\x10\0\0\0WAVEfmt ") is False
    for size in (0, 7, 12, len(HEADER) - 1):
        assert is_fragmented(HEADER[:size]) == "unknown"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_sound_recording_passes_less_what_a_stream_needs_not(size: int) -> None:
    output, found = repair(HEADER + box(b"sidx", b"index") + fragment(1) + fragment(2) + box(b"mfra", b"index"), size)
    assert output == HEADER + fragment(1) + fragment(2)
    assert (found.holes, found.cut_off) == ([], False)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_is_damaged_is_left_out(size: int) -> None:
    for damaged in (b"\x99" * 300, fragment(2)[:-20], fragment(2)[30:]):
        output, found = repair(HEADER + fragment(1) + damaged + fragment(3) + fragment(4), size)
        assert output == HEADER + fragment(1) + fragment(3) + fragment(4)
        assert found.holes == [len(HEADER + fragment(1))]


def test_impossible_sizes_do_not_hang() -> None:
    for size in (0, 1, 3, 0xFFFFFFFF):
        damaged = size.to_bytes(4, "big") + fragment(2)[4:]
        output, _ = repair(HEADER + fragment(1) + damaged + fragment(3), 9)
        assert output == HEADER + fragment(1) + fragment(3)


def test_the_beginning_of_a_last_fragment_is_kept() -> None:
    output, found = repair(HEADER + fragment(1) + fragment(2)[:-20], 50)
    assert output == HEADER + fragment(1) + fragment(2)[:-20]
    assert found.cut_off
