"""kill -9 in the middle of the work: the report still arrives, and exactly once."""

import time
from collections.abc import Callable

import pytest
from running_parley import Parley, kill_whole

from loadtests.client import Client, Json, Refused
from loadtests.script import Script

pytestmark = pytest.mark.cluster

Recordings = dict[str, tuple[Script, list[bytes]]]
# The whole work on these recordings takes several seconds: by now it is in the middle.
IN_THE_MIDDLE_S = 2.0


KILLS: dict[str, Callable[[Parley], None]] = {
    "Processor": lambda parley: parley.replica("Processor").kill(),
    "Transcriber": lambda parley: parley.replica("Transcriber").kill(),
    "FaceAnalyst": lambda parley: parley.replica("FaceAnalyst").kill(),
    "Postgres": lambda parley: kill_whole(parley.server("postgres")),
    "S3": lambda parley: kill_whole(parley.server("s3")),
}


def _submitted(client: Client, recordings: Recordings) -> Json:
    """A submitted session whose recordings nobody has processed yet: their bytes differ from all others."""
    script, takes = recordings["en"]
    session = client.invite(client.create_interview(script), script.candidate)
    for number, take in enumerate(takes, start=1):
        client.answer(session, number, take + time.time_ns().to_bytes(8, "big"))
    client.submit(session)
    return session


@pytest.mark.parametrize("victim", KILLS)
def test_the_report_arrives_once_although_a_part_is_killed(
    parley: Parley, client: Client, recordings: Recordings, victim: str
) -> None:
    session = _submitted(client, recordings)
    time.sleep(IN_THE_MIDDLE_S)
    KILLS[victim](parley)
    report = _await_report(client, session)
    assert [answer["score"]["status"] for answer in report["answers"]] == ["scored", "scored"]
    assert parley.reports(session["id"]) == 1
    parley.await_ready()


def _await_report(client: Client, session: Json) -> Json:
    """The report, through the API's own unavailability meanwhile."""
    deadline = time.monotonic() + 180
    while True:
        try:
            return client.await_report(session, deadline - time.monotonic())
        except Refused as refused:
            if refused.status != 503 or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
