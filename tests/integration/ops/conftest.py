"""Operators: one with servers of their own, one with embedded ones."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from cryptography.fernet import Fernet
from operator_commands import Operator
from psycopg import sql

from ops.embedded import S3Access


@pytest.fixture
def operator(postgres_url: str, postgres_admin_url: str, s3: S3Access) -> Iterator[Operator]:
    """An operator with servers of their own, and an empty database."""
    name = f"operator_{uuid4().hex}"
    owner = urlsplit(postgres_url).username
    assert owner is not None
    with psycopg.connect(postgres_admin_url, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
        connection.execute(create)
        yield Operator(
            {
                "PARLEY_DATABASE_URL": urlsplit(postgres_url)._replace(path=f"/{name}").geturl(),
                "PARLEY_S3_URL": s3.url,
                "PARLEY_S3_ACCESS_KEY": s3.access_key,
                "PARLEY_S3_SECRET_KEY": s3.secret_key,
                "PARLEY_S3_BUCKET": "operator-tests",
                "PARLEY_FIELD_KEYS": Fernet.generate_key().decode(),
            }
        )
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def embedded_operator(tmp_path: Path) -> Operator:
    """An operator with embedded servers in a home that is not there yet."""
    return Operator({"PARLEY_HOME": str(tmp_path / "home")})
