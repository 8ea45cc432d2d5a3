"""Regions of shared memory, without a server."""

import numpy as np
import pytest

from models.graphs.shared_tensors import RegionPool, placed

pytestmark = pytest.mark.unit


def test_tensors_stand_one_after_the_other_on_cache_lines() -> None:
    assert placed([]) == [0]
    assert placed([1, 64, 65]) == [0, 64, 128, 256]
    pool = RegionPool()
    tensors = [np.arange(3, dtype=np.int64), np.full((2, 5), 7, np.float32)]
    region = pool.take([tensor.nbytes for tensor in tensors])
    assert region.write(tensors) == [0, 64, 128]
    pool.give_back(region)
    assert pool.close() == []  # no server knew it


def test_a_region_is_used_again_unless_the_server_may_still_write_to_it() -> None:
    pool = RegionPool()
    first = pool.take([100])
    pool.give_back(first)
    second = pool.take([1 << 20])
    assert second is first
    second.awaited = second.known = True
    pool.give_back(second)
    third = pool.take([100])
    assert third is not second and pool.takes_outputs
    third.known = True
    pool.give_back(third)
    assert pool.close() == [third.name]  # what the server may still write to stays mapped there


def test_a_server_that_answers_too_late_too_often_gets_no_outputs_in_regions() -> None:
    pool = RegionPool()
    for _ in range(64):
        assert pool.takes_outputs
        region = pool.take([1])
        region.awaited = True
        pool.give_back(region)
    assert not pool.takes_outputs
