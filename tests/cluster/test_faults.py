"""kill -9 in the middle of the work: the report still arrives, and exactly once."""

import json
import time
from collections.abc import Callable

import psutil
import psycopg
import pytest
from running_parley import Parley

from loadtests.client import Client, Json
from loadtests.script import Script

pytestmark = pytest.mark.cluster

Recordings = dict[str, tuple[Script, list[bytes]]]
# The whole work on these recordings takes several seconds: by now it is in the middle.
IN_THE_MIDDLE_S = 2.0


def _server(parley: Parley, name: str) -> psutil.Process:
    children = json.loads((parley.home / "children.json").read_text())
    [found] = [child for child in children if child["name"] == name]
    return psutil.Process(found["pid"])


def _kill_whole(process: psutil.Process) -> None:
    for part in [process, *process.children(recursive=True)]:
        try:
            part.kill()
        except psutil.NoSuchProcess:
            continue


KILLS: dict[str, Callable[[Parley], None]] = {
    "Processor": lambda parley: parley.replica("Processor").kill(),
    "Transcriber": lambda parley: parley.replica("Transcriber").kill(),
    "FaceAnalyst": lambda parley: parley.replica("FaceAnalyst").kill(),
    "Postgres": lambda parley: _kill_whole(_server(parley, "postgres")),
    "S3": lambda parley: _kill_whole(_server(parley, "s3")),
}


def _submitted(client: Client, recordings: Recordings) -> Json:
    """A submitted session whose recordings nobody has processed yet: their bytes differ from all others."""
    script, takes = recordings["en"]
    session = client.invite(client.create_interview(script), script.candidate)
    for number, take in enumerate(takes, start=1):
        client.answer(session, number, take + time.time_ns().to_bytes(8, "big"))
    client.submit(session)
    return session


def _reports(parley: Parley, session: Json) -> int:
    with psycopg.connect(parley.running.environment["PARLEY_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM reports WHERE session_id = %s", [session["id"]]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("victim", KILLS)
def test_the_report_arrives_once_although_a_part_is_killed(
    parley: Parley, client: Client, recordings: Recordings, victim: str
) -> None:
    session = _submitted(client, recordings)
    time.sleep(IN_THE_MIDDLE_S)
    KILLS[victim](parley)
    report = _await_report(client, session)
    assert [answer["score"]["status"] for answer in report["answers"]] == ["scored", "scored"]
    assert _reports(parley, session) == 1
    _await_healthy(client)


def _await_report(client: Client, session: Json) -> Json:
    """The report, through the API's own unavailability meanwhile."""
    deadline = time.monotonic() + 180
    while True:
        try:
            return client.await_report(session, deadline - time.monotonic())
        except Exception as error:
            unavailable = getattr(error, "status", None) == 503
            if not unavailable or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _await_healthy(client: Client) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            if all(client.get("/readyz").values()):
                return
        except Exception:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)
