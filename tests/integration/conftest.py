"""Real servers for the integration tests, a migrated database, and builders of what a session needs."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet

from ops.embedded import EmbeddedServers, S3Access
from storage.candidates.records import NewCandidate
from storage.candidates.transactions import create_candidate
from storage.database import Connection, Database
from storage.interviews.records import NewInterview
from storage.interviews.transactions import create_interview
from storage.keys.transactions import create_organisation_key
from storage.media.store import MediaStore
from storage.migrate import migrate
from storage.positions.records import NewPosition
from storage.positions.transactions import create_position
from storage.sessions.records import NewSession, Session
from storage.sessions.transactions import create_session
from storage.settings import StorageSettings
from storage.takes.chunks import announce_chunk, get_chunk, store_chunk
from storage.takes.records import Finish, NewChunk, Take
from storage.takes.transactions import finish_take, start_take


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


@pytest.fixture(scope="session")
def storage_settings(postgres_url: str, s3: S3Access) -> StorageSettings:
    settings = StorageSettings.model_validate(
        {
            "database_url": postgres_url,
            "s3_url": s3.url,
            "s3_access_key": s3.access_key,
            "s3_secret_key": s3.secret_key,
            "field_keys": Fernet.generate_key().decode(),
            "s3_bucket": "storage-tests",
        }
    )
    migrate(settings)
    MediaStore(settings).create_bucket()
    return settings


@pytest.fixture
def media(storage_settings: StorageSettings) -> MediaStore:
    return MediaStore(storage_settings)


@pytest.fixture
async def database(storage_settings: StorageSettings) -> AsyncIterator[Database]:
    async with Database(storage_settings) as opened:
        yield opened


async def new_organisation(database: Database) -> UUID:
    organisation_id, _ = await create_organisation_key(database, f"organisation {uuid4()}", "test")
    return organisation_id


@pytest.fixture
async def organisation_id(database: Database) -> UUID:
    return await new_organisation(database)


@pytest.fixture
async def other_organisation_id(database: Database) -> UUID:
    return await new_organisation(database)


def interview_input(position_id: UUID, **changes: Any) -> NewInterview:
    now = datetime.now(UTC)
    return NewInterview.model_validate(
        {
            "position_id": position_id,
            "title": "Team lead",
            "language": "en",
            "state": "published",
            "opens_at": now - timedelta(hours=1),
            "closes_at": now + timedelta(hours=1),
            "dimensions": [{"name": "service", "weight": 60}, {"name": "teamwork", "weight": 40}],
            "questions": [
                {"dimension": "service", "text": "An upset customer?", "rubric": [{"text": "listens"}]},
                {"dimension": "teamwork", "text": "Your team?", "rubric": [{"text": "shares"}]},
            ],
        }
        | changes
    )


async def new_session(connection: Connection, **interview_changes: Any) -> Session:
    position = await create_position(connection, NewPosition(title="Team lead"))
    interview = await create_interview(connection, interview_input(position.id, **interview_changes))
    candidate = await create_candidate(connection, NewCandidate(name="Ada"))
    return await create_session(connection, NewSession(interview_id=interview.id, candidate_id=candidate.id))


RECORDING = NewChunk(number=0, size=5, sha256=hashlib.sha256(b"hello").hexdigest())


async def new_take(connection: Connection, session: Session, question_number: int = 1) -> Take:
    """A take that is being recorded, its one chunk announced."""
    take = await start_take(connection, session.id, question_number, "video/webm")
    await announce_chunk(connection, take, RECORDING)
    return take


async def stored_take(connection: Connection, session: Session, question_number: int = 1) -> Take:
    """A take whose one chunk is acknowledged, finished."""
    take = await new_take(connection, session, question_number)
    await store_chunk(connection, take, await get_chunk(connection, take.id, 0))
    return await finish_take(connection, take.id, Finish(chunks=1))


@pytest.fixture
def build() -> Any:
    """The builders, for tests in other files."""

    class Builders:
        session = staticmethod(new_session)
        interview = staticmethod(interview_input)
        take = staticmethod(new_take)
        stored_take = staticmethod(stored_take)

    return Builders
