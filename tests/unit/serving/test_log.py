"""Logs carry ids, never what a person wrote or said."""

import json

import pytest
import structlog

from serving.log import configure_log

pytestmark = pytest.mark.unit


def test_an_exception_is_logged_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log()
    try:
        try:
            raise ValueError("Ada Lovelace said so")
        except ValueError:
            structlog.get_logger().exception("job failed", session_id="7")
    finally:
        structlog.reset_defaults()
    line = capsys.readouterr().err
    entry = json.loads(line)
    assert (entry["event"], entry["session_id"], entry["error"]) == ("job failed", "7", "ValueError")
    assert any("test_log.py" in place for place in entry["trace"])
    assert "Lovelace" not in line
