"""S3 answers 503 for half a minute while candidates talk: nothing is lost, and every report comes once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import failing_s3
import pytest
from failing_s3 import FailingS3
from running_parley import Parley, started

from loadtests.candidate import SimulatedCandidate
from loadtests.chunks import cut, tagged
from loadtests.client import Client, Json
from loadtests.record import Record
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from loadtests.script import load_script
from loadtests.take import Take
from ops.embedded import EmbeddedServers

pytestmark = pytest.mark.cluster

SCRIPT = load_script("en")
ANSWER = SCRIPT.answers[1]
CANDIDATES = 3
FAILS_AFTER_S, FAILS_FOR_S = 3.0, 30.0
PATIENCE_S = 90.0
REPORT_WITHIN_S = 180


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(tmp_path_factory.mktemp("servers")) as servers:
        yield servers


@pytest.fixture(scope="module")
def s3(servers: EmbeddedServers) -> Iterator[FailingS3]:
    with failing_s3.before(servers.s3.url) as s3:
        yield s3


@pytest.fixture(scope="module")
def outer(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path, servers: EmbeddedServers, s3: FailingS3
) -> Iterator[Parley]:
    """A Parley over servers that are not its own."""
    settings = {
        "PARLEY_MODELS_DIR": str(models_dir),
        "PARLEY_DATABASE_URL": servers.database_url,
        "PARLEY_S3_URL": s3.url,
        "PARLEY_S3_ACCESS_KEY": servers.s3.access_key,
        "PARLEY_S3_SECRET_KEY": servers.s3.secret_key,
        "PARLEY_FIELD_KEYS": servers.field_key,
    }
    with started(tmp_path_factory.mktemp("outer"), settings) as outer:
        yield outer


def test_nothing_is_lost_when_s3_refuses_for_half_a_minute(outer: Parley, s3: FailingS3) -> None:
    url, key = outer.running.url, outer.new_key("S3 outage")
    speech = decode(ANSWER.speech)[: 8 * SAMPLE_RATE]
    chunks = cut(compose(speech, candidate_picture()), 1.0)

    async def play(session: Json) -> Record:
        candidate = SimulatedCandidate(url, key, session["id"], patience_s=PATIENCE_S)
        return await candidate.play([Take(1, tagged(chunks, session["id"].encode()))])

    async def fail() -> None:
        await asyncio.sleep(FAILS_AFTER_S)
        s3.fails.set()
        await asyncio.sleep(FAILS_FOR_S)
        s3.fails.clear()

    async def play_all(sessions: list[Json]) -> list[Record]:
        records = await asyncio.gather(*map(play, sessions), fail())
        return records[:-1]

    with Client(url, key) as client:
        question = ANSWER.question
        dimensions = [{"name": question["dimension"], "weight": 100}]
        interview = client.create_interview(SCRIPT, dimensions=dimensions, questions=[question])
        sessions = [client.invite(interview, f"{SCRIPT.candidate} {number}") for number in range(CANDIDATES)]
        for record in asyncio.run(play_all(sessions)):
            [take] = record.takes
            assert take.gaps == []
            assert client.get(f"/v1/takes/{take.id}/chunks")["missing"] == []
        assert s3.refused > 0
        for session in sessions:
            [answer] = client.await_report(session, REPORT_WITHIN_S)["answers"]
            assert answer["media_problems"] == []
            assert answer["score"]["status"] == "scored"
            assert outer.reports(session["id"]) == 1
