"""Load profiles."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from loadtests.faults import Faults
from loadtests.profile import Profile

pytestmark = pytest.mark.unit

LEAST = "candidates = 1\nper_second = 1\nrun_time_s = 1\nlanguages = ['en']\nanswer_s = 1\nreport_within_s = 1\n"


def test_smoke_is_fifty_candidates_of_both_languages_whose_recordings_arrive_whole() -> None:
    smoke = Profile.load("smoke")
    assert (smoke.candidates, sorted(smoke.languages), smoke.speed) == (50, ["en", "zh"], 1.0)
    faults = smoke.faults.draw(1_000, seed=0)
    assert faults.broken and faults.outages and faults.held
    assert (faults.lost, faults.late, faults.stops_after) == ({}, frozenset(), None)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(LEAST)
    assert Profile.load(str(path)).faults.draw(10, seed=0) == Faults()


@pytest.mark.parametrize("line", ["candidate = 1", "[faults]\nbreaks = 1", "test_networks = ['8.8.8.0/24']"])
def test_what_does_not_fit_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(LEAST + line)
    with pytest.raises(ValidationError):
        Profile.load(str(path))


def test_an_unknown_profile() -> None:
    with pytest.raises(FileNotFoundError):
        Profile.load("storm")
