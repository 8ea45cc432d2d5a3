"""Named SQL: every query stands in a .sql file beside the transactions that use it.

A file holds queries, each headed by a line `-- name: its_name`.
"""

import re
from pathlib import Path

_HEADER = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def load_queries(transactions_file: str) -> dict[str, bytes]:
    """The queries of `queries.sql` beside the given module file, by name, as bytes that psycopg takes.

    Raises ValueError where a name stands twice.
    """
    text = Path(transactions_file).with_name("queries.sql").read_text(encoding="utf-8")
    parts = _HEADER.split(text)
    names, bodies = parts[1::2], parts[2::2]
    if len(set(names)) != len(names):
        raise ValueError(f"a query name stands twice beside {transactions_file}")
    return {name: body.strip().encode() for name, body in zip(names, bodies, strict=True)}
