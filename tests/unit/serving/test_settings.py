"""The resource profiles."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from serving.app import BuildArguments, build
from serving.settings import Profile

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["embedded", "cluster"])
def test_the_shipped_profiles_build_an_application(name: str) -> None:
    build(BuildArguments(profile=name))


@pytest.mark.parametrize("name", ["embedded", "cluster"])
def test_calls_wait_in_the_engines_own_fair_queue(name: str) -> None:
    profile = Profile.load(name)
    least = [(profile.transcriber, profile.transcriber.row_s), (profile.face_analyst, 1), (profile.scorer, 1)]
    for part, size in least:
        assert part.max_waiting / size < part.replica["max_ongoing_requests"]
        assert part.max_batch_size < part.max_waiting


def test_the_engines_of_a_cluster_share_a_card() -> None:
    profile = Profile.load("cluster")
    shares = [
        part.replica["ray_actor_options"]["num_gpus"]
        for part in (profile.transcriber, profile.face_analyst, profile.scorer)
    ]
    assert sum(shares) <= 1


def test_nothing_embedded_asks_for_a_gpu() -> None:
    profile = Profile.load("embedded")
    for part in (profile.front, profile.transcriber, profile.face_analyst, profile.scorer, profile.processor):
        assert "num_gpus" not in part.replica["ray_actor_options"]


def test_a_profile_of_ones_own_is_checked(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text("[front]\nreplica = {}\n")
    with pytest.raises(ValidationError, match="transcriber"):
        Profile.load(str(profile))
    with pytest.raises(FileNotFoundError):
        Profile.load("unknown")
