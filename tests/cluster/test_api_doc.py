"""docs/api.md: its quick start is run as it stands, by a shell against a running Parley."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from running_parley import PARLEY, Parley

from loadtests.script import Script

pytestmark = pytest.mark.cluster

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_quick_start_ends_in_a_report_and_a_decision(
    tmp_path: Path, parley: Parley, recordings: dict[str, tuple[Script, list[bytes]]]
) -> None:
    section = DOCUMENT.read_text(encoding="utf-8").split("## Quick start\n")[1].split("\n## ")[0]
    steps = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert len(steps) >= 5
    (tmp_path / "answer.webm").write_bytes(recordings["en"][1][0])
    environment = parley.environment | {
        "URL": parley.running.url,
        "PATH": os.pathsep.join([str(Path(PARLEY).parent), os.environ["PATH"]]),
    }
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(steps)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "/interview#parleyc_" in ran.stdout
    assert json.loads((tmp_path / "report.json").read_text())["composite"]["score"] > 0
    assert json.loads(ran.stdout.splitlines()[-1])["decision"] == "next_round"
