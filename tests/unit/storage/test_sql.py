"""Named queries in files."""

from pathlib import Path

import pytest

from storage.sql import load_queries

pytestmark = pytest.mark.unit


def test_queries_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "queries.sql").write_text("-- name: one\nSELECT 1 -- a remark\n\n-- name: two\nSELECT '二'\n")
    queries = load_queries(str(tmp_path / "transactions.py"))
    assert queries == {"one": b"SELECT 1 -- a remark", "two": "SELECT '二'".encode()}


def test_a_name_may_stand_once_only(tmp_path: Path) -> None:
    (tmp_path / "queries.sql").write_text("-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n")
    with pytest.raises(ValueError, match="twice"):
        load_queries(str(tmp_path / "transactions.py"))
