"""The candidate page's logic that needs no browser, under Node's own test runner."""

import subprocess
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_NPM = _HERE.parents[3] / "ops" / "npm.sh"


@pytest.mark.parametrize("name", sorted(path.name for path in _HERE.glob("*.test.mjs")))
def test_module(name: str) -> None:
    run = subprocess.run(
        [_NPM, "run", "--silent", "unit", "--", _HERE / name], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr
