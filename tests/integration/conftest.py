"""Real servers for the integration tests: one Postgres and one S3 server per test session, on free loopback ports."""

from collections.abc import Iterator

import pytest

from ops.embedded import EmbeddedServers, S3Access


@pytest.fixture(scope="session")
def embedded_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(tmp_path_factory.mktemp("home")) as servers:
        yield servers


@pytest.fixture(scope="session")
def postgres_url(embedded_servers: EmbeddedServers) -> str:
    """An empty database and its owner, who may create roles but is no superuser."""
    return embedded_servers.database_url


@pytest.fixture(scope="session")
def postgres_admin_url(embedded_servers: EmbeddedServers) -> str:
    """The superuser of the same server, for tests that need databases of their own."""
    return embedded_servers.admin_database_url


@pytest.fixture(scope="session")
def s3(embedded_servers: EmbeddedServers) -> S3Access:
    return embedded_servers.s3
