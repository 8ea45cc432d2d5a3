"""A benchmark of the running Parley, as its operator would take it."""

import json

import pytest
from running_parley import Parley

pytestmark = pytest.mark.cluster


def test_chunks_are_measured_and_printed_as_one_object(parley: Parley) -> None:
    done = parley.command("bench", "chunks", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["candidates"] == 8
    assert found["chunks"] > found["candidates"] and found["failed"] == 0
    assert 0 < found["ratio_to_floor"] < 1
    assert 0 < found["p95_announce_s"] < found["seconds"]
