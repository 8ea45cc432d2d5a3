"""Sound elements pass, damage is cut out up to the next cluster, in whatever portions the bytes come."""

import numpy as np
import pytest

from models.media.webm import WebmRepair

pytestmark = pytest.mark.unit

HEADER = bytes.fromhex("1A45DFA3 80") + bytes.fromhex("18538067 FF") + bytes.fromhex("1654AE6B 82 0102")
CUES = bytes.fromhex("1C53BB6B 81 00")
LIVE = bytes.fromhex("01FFFFFFFFFFFFFF")


def cluster(number: int, blocks: int = 3) -> bytes:
    block = b"\xa3\x88" + bytes([number]) * 8
    return bytes.fromhex("1F43B675 FF") + b"\xe7\x81" + bytes([number]) + block * blocks


def live(media: bytes) -> bytes:
    return media.replace(bytes.fromhex("18538067 FF"), bytes.fromhex("18538067") + LIVE).replace(
        bytes.fromhex("1F43B675 FF"), bytes.fromhex("1F43B675") + LIVE
    )


def repair(media: bytes, size: int) -> tuple[bytes, WebmRepair]:
    repairing = WebmRepair()
    output = b"".join(repairing.push(media[first : first + size]) for first in range(0, len(media), size))
    return output + repairing.finish(), repairing


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_sound_recording_loses_only_its_index(size: int) -> None:
    output, found = repair(HEADER + CUES + cluster(1) + cluster(2) + CUES, size)
    assert output == live(HEADER + cluster(1) + cluster(2))
    assert (found.holes, found.cut_off) == ([], False)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_damage_is_cut_out_up_to_the_next_cluster(size: int) -> None:
    noise = bytes(500)
    output, found = repair(HEADER + cluster(1) + noise + cluster(2, 1)[5:] + cluster(3), size)
    kept = live(HEADER + cluster(1, 2))  # the last block before damage may be damaged itself
    assert output == kept + live(cluster(3))
    assert found.holes == [len(kept)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_block_that_swallows_the_next_cluster_is_damage(size: int) -> None:
    cut = b"\xa3\xc0" + bytes(40)  # 64 bytes, says its size
    output, found = repair(HEADER + cluster(1) + cut + cluster(2) + cluster(3), size)
    assert output == live(HEADER + cluster(1, 2) + cluster(2) + cluster(3))
    assert len(found.holes) == 1


def test_a_second_header_is_left_out() -> None:
    output, found = repair((HEADER + cluster(1)) * 2, 50)
    assert output == live(HEADER + cluster(1) * 2)
    assert found.holes == []


def test_the_end_may_be_cut_off() -> None:
    output, found = repair(HEADER + cluster(1)[:-1], 50)
    assert output == live(HEADER + cluster(1, 2))
    assert found.cut_off


def test_a_claimed_size_does_not_gather_what_follows() -> None:
    huge = bytes.fromhex("A3 01 00000F00000000")
    repairing = WebmRepair()
    repairing.push(HEADER + cluster(1) + huge)
    rng = np.random.default_rng(0)
    assert repairing.push(rng.integers(0, 256, 100_000, np.uint8).tobytes()) == b""
    assert repairing.push(cluster(2) + cluster(3)) != b""
