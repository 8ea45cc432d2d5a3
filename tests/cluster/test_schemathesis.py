"""Schemathesis against a running Parley and its own OpenAPI document: valid and invalid calls of every operation.

Source: Schemathesis (https://schemathesis.readthedocs.io), its phases examples, coverage and fuzzing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from prepared_organisation import Row, prepare
from running_parley import Parley, started

pytestmark = pytest.mark.cluster

SEED = 20261123
EXAMPLES = 10  # of each operation, beside those that cover its schema
CASES = 2_000
UNLIMITED = "100000 per second"

# An event stream does not end: it has a test of its own here.
ENDLESS = "stream_events"
# A valid call may break a rule that no schema tells, as that weights sum to 100: it is refused then. Where If-Match is
# missing, 428 says so (RFC 6585), unless the body is wrong as well.
CONFIGURATION = """
[checks]
positive_data_acceptance.enabled = false
missing_required_header.expected-statuses = [422, 428]
"""


# What no generated call of an enterprise can do: these want a candidate's token, the code that was sent, or a picture
# or a recording that can be looked at.
OUT_OF_REACH = {
    "get_sitting", "send_identity_code", "verify_identity_code", "check_face", "check_picture", "check_speech",
}  # fmt: skip


@pytest.fixture(scope="module")
def light_parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parley]:
    """A Parley whose engines compute nothing, and that lets nobody wait."""
    variables = {
        "PARLEY_ENGINE": "timed",
        "PARLEY_RATE_LIMIT": UNLIMITED,
        "PARLEY_CANDIDATE_RATE_LIMIT": UNLIMITED,
        "PARLEY_STRANGER_RATE_LIMIT": UNLIMITED,
        "PARLEY_WEBHOOKS_ALLOW_PRIVATE": "true",
        "PARLEY_WEBHOOKS_ALLOW_HTTP": "true",
    }
    with started(tmp_path_factory.mktemp("light"), variables) as parley:
        yield parley


@pytest.fixture(scope="module")
def light_key(light_parley: Parley) -> str:
    return light_parley.new_key("Schemathesis")


@pytest.fixture(scope="module")
def rows(light_parley: Parley, light_key: str) -> list[Row]:
    # Nobody listens there.
    return prepare(light_parley.running.url, light_key, "http://127.0.0.1:9999/hooks")


def test_no_call_breaks_the_document(tmp_path: Path, light_parley: Parley, light_key: str, rows: list[Row]) -> None:
    configuration, report = tmp_path / "schemathesis.toml", tmp_path / "report.json"
    configuration.write_text(CONFIGURATION)
    hooks = Path(__file__).parents[1] / "schemathesis_hooks.py"
    command: list[str | Path] = [
        Path(sys.executable).with_name("schemathesis"), "--config-file", configuration,
        "run", f"{light_parley.running.url}/openapi.json", "--header", f"Authorization: Bearer {light_key}",
        "--mode", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
        "--seed", str(SEED), "--generation-database", "none", "--no-shrink", "--workers", "1",
        "--exclude-operation-id", ENDLESS, "--continue-on-failure", "--request-timeout", "30", "--warnings", "off",
        "--no-color", "--report", "json", "--report-json-path", report,
    ]  # fmt: skip
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(hooks), "PREPARED_ROWS": json.dumps(rows)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    found = json.loads(report.read_text())
    assert found["complete"]
    assert found["failures"] == [] and found["errors"] == []
    operations = found["operations"]
    assert operations["tested"] == operations["total"] - 1, "every operation but the endless one"
    assert found["test_cases"]["generated"] >= CASES
    # That it went deep: most operations did at least once what they are for.
    done = [name for name, phases in found["valid_rates"].items() if any(rate["accepted"] for rate in phases.values())]
    possible = operations["tested"] - len(OUT_OF_REACH)
    assert len(done) >= 0.75 * possible, sorted(found["valid_rates"].keys() - set(done))
    print(
        f"{found['test_cases']['generated']} cases, {len(done)} of {operations['tested']} operations done, "
        f"{found['running_time']:.0f} s"
    )


def test_events_are_as_the_document_has_them(light_parley: Parley, light_key: str, rows: list[Row]) -> None:
    url = light_parley.running.url
    document = httpx.get(f"{url}/openapi.json").json()
    entry = document["paths"]["/v1/sessions/{session_id}/events"]["get"]
    shape = entry["responses"]["200"]["content"]["text/event-stream"]["schema"]
    headers = {"Authorization": f"Bearer {light_key}"}
    with httpx.stream("GET", f"{url}/v1/sessions/{rows[0]['session_id']}/events", headers=headers) as stream:
        lines: Any = (line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: "))
        for _ in range(2):  # its state, and its take
            jsonschema.validate(json.loads(next(lines)), shape | {"components": document["components"]})
