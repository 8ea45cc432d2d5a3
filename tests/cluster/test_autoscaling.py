"""The cluster profile on a Ray of several nodes with logical GPUs and timed engines: nodes follow the load."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import yaml
from logical_cluster import LogicalCluster, environment_without_parley
from numpy.typing import NDArray

from loadtests.client import Client, Json, Refused
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from loadtests.script import load_script
from ops.embedded import EmbeddedServers, ports
from ops.environment import exported
from ops.keys import new_key
from storage.media.store import MediaStore
from storage.migrate import migrate
from storage.settings import StorageSettings

pytestmark = pytest.mark.cluster

REPOSITORY = Path(__file__).parents[2]
BURST = 200
SCRIPT = load_script("en")
ENGINES = ("Transcriber", "FaceAnalyst", "Scorer")
# A card for engines whose shares add up to one. As in ray-cluster.yaml, there are no CPUs for anything else.
GPU_NODE = {"resources": {"CPU": 0, "GPU": 1, "object_store_memory": 80 * 1024**2}, "node_config": {}, "max_workers": 3}


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings of a migrated database and a bucket."""
    with EmbeddedServers(tmp_path_factory.mktemp("home")) as servers:
        settings = {
            "PARLEY_DATABASE_URL": servers.database_url,
            "PARLEY_S3_URL": servers.s3.url,
            "PARLEY_S3_ACCESS_KEY": servers.s3.access_key,
            "PARLEY_S3_SECRET_KEY": servers.s3.secret_key,
            "PARLEY_FIELD_KEYS": servers.field_key,
        }
        with exported(settings):
            migrate(StorageSettings())
            MediaStore(StorageSettings()).create_bucket()
            yield settings


@pytest.fixture(scope="module")
def cluster(storage: dict[str, str]) -> Iterator[LogicalCluster]:
    environment = environment_without_parley() | storage
    environment |= {
        "PARLEY_ENGINE": "timed",
        "PARLEY_SERVICE_TIMES": str(REPOSITORY / "tests/cluster/burst_times.toml"),
        "PARLEY_DATABASE_POOL_SIZE": "16",
        "MALLOC_ARENA_MAX": "2",
    }
    # Ray's sockets lie below, and the path of a socket has 107 bytes at most: pytest's own folders are too deep.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        LogicalCluster(Path(folder) / "ray", environment, 16, {"gpu": GPU_NODE}) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def deploy(cluster: LogicalCluster, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Deploys serve.yaml with a profile: the front's URL once every deployment is healthy."""
    # All nodes are one machine, which has one of every port.
    port = ports.choose()
    changes = {"proxy_location": "HeadOnly", "http_options": {"host": "127.0.0.1", "port": port}}

    def deploy(profile: str) -> str:
        config = yaml.safe_load((REPOSITORY / "serve.yaml").read_text()) | changes
        config["applications"][0]["args"]["profile"] = profile
        file = tmp_path_factory.mktemp("deploy") / "serve.yaml"
        file.write_text(yaml.safe_dump(config))
        cluster.deploy(file)
        until(lambda: len(cluster.deployments()) == 7 and statuses(cluster) == {"HEALTHY"}, 90)
        return f"http://127.0.0.1:{port}"

    return deploy


@pytest.fixture(scope="module")
def key(storage: dict[str, str]) -> str:
    return asyncio.run(new_key("Autoscaling", "tests"))


def speech(seconds: int) -> NDArray[np.float32]:
    return decode(SCRIPT.answers[1].speech)[: seconds * SAMPLE_RATE]


def until(is_so: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.5)


def statuses(cluster: LogicalCluster) -> set[str]:
    return {deployment["status"] for deployment in cluster.deployments().values()}


def running(cluster: LogicalCluster) -> dict[str, list[str]]:
    """The nodes that each engine's replicas run on."""
    found = cluster.deployments()
    return {
        name: [replica["node_id"] for replica in found[name]["replicas"] if replica["state"] == "RUNNING"]
        for name in ENGINES
    }


def replicas(cluster: LogicalCluster) -> dict[str, int]:
    """How many replicas of each engine run."""
    return {name: len(nodes) for name, nodes in running(cluster).items()}


def places(cluster: LogicalCluster) -> set[str]:
    """The nodes that engines run on."""
    return {node for nodes in running(cluster).values() for node in nodes}


def create_interview(client: Client, **changes: Any) -> Json:
    question = SCRIPT.answers[1].question
    dimensions = [{"name": question["dimension"], "weight": 100}]
    return client.create_interview(SCRIPT, dimensions=dimensions, questions=[question], **changes)


def test_the_cluster_profile_is_deployed_and_its_idle_engines_come_with_an_invitation(
    cluster: LogicalCluster, deploy: Callable[[str], str], key: str
) -> None:
    recording = compose(speech(3), candidate_picture())
    with Client(deploy("cluster"), key) as client:
        assert (replicas(cluster), cluster.nodes()) == (dict.fromkeys(ENGINES, 0), 0)
        session = client.invite(create_interview(client), SCRIPT.candidate)
        until(lambda: replicas(cluster) == dict.fromkeys(ENGINES, 1), 90)
        assert len(places(cluster)) == 1  # they share a card
        assert cluster.nodes() == 1
        client.answer(session, 1, recording)
        client.submit(session)
        report = client.await_report(session, 60)
    for stage in ("speech", "faces", "scoring"):
        assert "timed: scripted results of no model" in report["models"][stage]
    assert report["answers"][0]["text"].startswith("Scripted by the timed engine")


def test_nodes_come_before_a_burst_and_with_it_and_go_after_it(
    cluster: LogicalCluster, deploy: Callable[[str], str], key: str, storage: dict[str, str]
) -> None:
    # Without pictures: this machine decodes what the cards of a real cluster would be given.
    recording = compose(speech(6), None)
    url = deploy(str(REPOSITORY / "tests/cluster/burst.toml"))
    with Client(url, key) as client:
        closes_at = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
        interview = create_interview(client, closes_at=closes_at, minutes_per_candidate=15)

        def invite(number: int) -> Json:
            return client.invite(interview, f"{SCRIPT.candidate} {number}")

        def answer(session: Json) -> None:
            # Bytes after the end make every recording its own.
            client.answer(session, 1, recording + session["id"].encode(), "audio/webm")
            client.submit(session)

        with ThreadPoolExecutor(8) as candidates:
            sessions = list(candidates.map(invite, range(BURST)))
            # By their invitations alone, before anything is recorded.
            until(lambda: replicas(cluster) == dict.fromkeys(ENGINES, 1), 60)
            booked = cluster.nodes()
            answering = [candidates.submit(answer, session) for session in sessions]
            # One Transcriber would take five minutes for all of them: calls wait.
            until(lambda: replicas(cluster)["Transcriber"] >= 2, 60)
            assert cluster.nodes() > booked >= 1
            for answered in answering:
                answered.result()
        until(lambda: is_reported(client, interview), 120)
    with psycopg.connect(storage["PARLEY_DATABASE_URL"]) as connection:
        counted = connection.execute(
            "SELECT count(*), count(DISTINCT session_id) FROM reports JOIN sessions ON sessions.id = session_id"
            " WHERE interview_id = %s",
            [interview["id"]],
        ).fetchone()
    assert counted == (BURST, BURST)
    until(lambda: cluster.nodes() == 0, 60)
    assert replicas(cluster) == dict.fromkeys(ENGINES, 0)


def is_reported(client: Client, interview: Json) -> bool:
    """Whether every session of the interview has its report."""
    try:
        sessions = client.get(f"/v1/sessions?interview_id={interview['id']}&limit={BURST}")["items"]
    except Refused as refused:
        assert refused.status == 503
        return False
    return len(sessions) == BURST and {session["state"] for session in sessions} == {"reported"}
