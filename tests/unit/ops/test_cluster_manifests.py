"""ray-cluster.yaml and serve.yaml: valid by Ray's own schemas, and enough for what the cluster profile may ask for."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import ValidationError
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.serve.schema import ServeDeploySchema

from serving.app import BuildArguments, build
from serving.autoscaling.policy import Policy
from serving.settings import Part, Profile

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).parents[3]
PROFILE = Profile.load("cluster")


@pytest.fixture
def cluster() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "ray-cluster.yaml").read_text())
    return content


def test_the_cluster_is_valid_by_rays_schema(cluster: dict[str, Any]) -> None:
    validate_config(prepare_config(cluster))


def test_rays_schema_refuses_what_it_does_not_know(cluster: dict[str, Any]) -> None:
    cluster["available_node_types"]["gpu"]["max_wrokers"] = 3
    with pytest.raises(ValidationError):
        validate_config(prepare_config(cluster))


def test_the_application_is_valid_by_serves_schema_and_names_a_profile() -> None:
    deployed = ServeDeploySchema.model_validate(yaml.safe_load((REPOSITORY / "serve.yaml").read_text()))
    [application] = deployed.applications
    assert (application.name, application.import_path) == ("parley", "serving.app:build")
    build(BuildArguments(**application.args))


def parts(profile: Profile) -> list[tuple[Part, Policy]]:
    found = [getattr(profile, name) for name in type(profile).model_fields]
    return [(part, part.scaling) for part in found if part.scaling is not None]


def most(resource: str) -> float:
    """What all deployments ask for at their upper bounds."""
    return sum(
        policy.max_replicas * part.replica["ray_actor_options"].get(resource, 0) for part, policy in parts(PROFILE)
    )


def test_every_deployment_of_a_cluster_follows_the_load() -> None:
    assert len(parts(PROFILE)) == len(type(PROFILE).model_fields)


@pytest.mark.parametrize(("resource", "asked"), [("GPU", "num_gpus"), ("CPU", "num_cpus")])
def test_the_bounds_of_the_profile_fit_the_bounds_of_the_cluster(
    cluster: dict[str, Any], resource: str, asked: str
) -> None:
    kinds = cluster["available_node_types"].values()
    offered = sum(kind.get("max_workers", 0) * kind["resources"].get(resource, 0) for kind in kinds)
    assert 0 < most(asked) <= offered
    assert sum(kind.get("max_workers", 0) for kind in kinds) <= cluster["max_workers"]


def test_no_replica_without_need_of_a_card_keeps_a_node_that_has_one(cluster: dict[str, Any]) -> None:
    kinds = [kind["resources"] for kind in cluster["available_node_types"].values()]
    assert [kind["CPU"] for kind in kinds if kind.get("GPU")] == [0]
    for part, _ in parts(PROFILE):
        asked = part.replica["ray_actor_options"]
        assert (asked["num_cpus"] == 0) == ("num_gpus" in asked)


def test_nodes_keep_strangers_out_and_put_haproxy_in_front(cluster: dict[str, Any]) -> None:
    for role in ("head", "worker"):
        command = cluster[f"{role}_start_ray_commands"][-1]
        for setting in ("RAY_AUTH_MODE=token", "RAY_AUTH_TOKEN_PATH=", "RAY_SERVE_ENABLE_HA_PROXY=1"):
            assert setting in command
