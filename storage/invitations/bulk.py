"""Invite up to ten thousand candidates in one transaction: all of it happens, or nothing.

Rows are worked on in batches, and a batch in a handful of statements.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import psycopg

from storage.candidates.transactions import sealed_contacts
from storage.database import Connection, fetch_all
from storage.errors import Conflict
from storage.interviews.records import Interview
from storage.interviews.transactions import get_interview
from storage.invitations.records import BulkResult, InvitationRow, RowResult
from storage.invitations.rows import ReadRow
from storage.invitations.tokens import new_token, token_hash
from storage.invitations.transactions import Told, link, queue_invitations
from storage.sql import load_queries
from storage.webhooks.messages import announce

_QUERIES = load_queries(__file__)
_BATCH = 500


async def invite_rows(
    connection: Connection, interview_id: UUID, rows: Iterable[ReadRow], public_url: str
) -> BulkResult:
    """Invite the candidate of each row; what became of each, in order.

    A candidate is known by external_id, or else by email. Raises NotFound, Conflict where the interview is not
    published or another request makes the same candidates, and what reading the rows raises.
    """
    interview = await get_interview(connection, interview_id)
    if interview.state != "published":
        raise Conflict(f"interview-{interview.state}", f"The interview is {interview.state}: it takes no candidates.")
    results: list[RowResult] = []
    for batch in _batches(rows):
        results += await _Batch(connection, interview, public_url).invite(batch)
    statuses = [result.status for result in results]
    return BulkResult(
        invited=statuses.count("invited"),
        existing=statuses.count("exists"),
        refused=statuses.count("refused"),
        rows=results,
    )


@dataclass
class _Person:
    """A candidate of this batch, new or known, and the first row that names them."""

    row: InvitationRow
    candidate_id: UUID
    is_new: bool
    session_id: UUID = field(default_factory=uuid4)


class _Batch:
    """Some rows, worked on together."""

    def __init__(self, connection: Connection, interview: Interview, public_url: str) -> None:
        self._connection = connection
        self._interview = interview
        self._public_url = public_url

    async def invite(self, rows: list[ReadRow]) -> list[RowResult]:
        named = await self._people([read.row for read in rows if read.row is not None])
        people = list({person.candidate_id: person for person in named.values()}.values())
        await self._store_candidates([person for person in people if person.is_new])
        invited = await self._store_sessions(people)
        urls = await self._store_invitations(invited)
        results, told = [], set[UUID]()
        for read in rows:
            if read.row is None:
                results.append(RowResult(row=read.number, status="refused", errors=read.problems))
                continue
            person = named[id(read.row)]
            first = person.candidate_id not in told
            told.add(person.candidate_id)
            results.append(_result(read.number, person, urls.get(person.candidate_id) if first else None))
        return results

    async def _people(self, rows: list[InvitationRow]) -> dict[int, _Person]:
        """Who each row (by its identity) names: rows of one external_id or email name one person."""
        fields = self._connection.fields
        known = await fetch_all(
            self._connection,
            _QUERIES["known"],
            {
                "external_ids": [row.external_id for row in rows if row.external_id],
                "email_indexes": [index for row in rows if row.email for index in fields.indexes(row.email)],
                "interview_id": self._interview.id,
            },
        )
        by_name: dict[str | bytes, _Person | dict[str, Any]] = {}
        for candidate in known:
            by_name |= {
                name: candidate for name in (candidate["email_index"], candidate["external_id"]) if name is not None
            }
        by_id: dict[UUID, _Person] = {}
        named: dict[int, _Person] = {}
        for row in rows:
            emails = fields.indexes(row.email) if row.email else []
            names = [row.external_id] if row.external_id else emails
            found = next((by_name[name] for name in names if name in by_name), None)
            if found is None:
                found = _Person(row, uuid4(), is_new=True)
            elif not isinstance(found, _Person):
                # Another row may have named the same candidate otherwise.
                found = by_id.get(found["id"]) or _Person(row, found["id"], False, found["session_id"] or uuid4())
            by_id[found.candidate_id] = named[id(row)] = found
            by_name |= dict.fromkeys(names, found)
            for email in emails if found.is_new else []:
                by_name.setdefault(email, found)
        return named

    async def _store_candidates(self, people: list[_Person]) -> None:
        async with self._connection.cursor() as cursor:
            try:
                await cursor.executemany(
                    _QUERIES["insert_candidate"],
                    [
                        sealed_contacts(self._connection, person.row.model_dump(exclude={"channel"}))
                        | {"id": person.candidate_id}
                        for person in people
                    ],
                )
            except psycopg.errors.UniqueViolation:
                raise Conflict(
                    "candidates-made-meanwhile",
                    "Another request made some of these candidates meanwhile: send it again.",
                ) from None

    async def _store_sessions(self, people: list[_Person]) -> list[_Person]:
        """Application and session of each; those who had no session before."""
        candidate_ids = [person.candidate_id for person in people]
        applied = {"position_id": self._interview.position_id, "candidate_ids": candidate_ids}
        for application in await fetch_all(self._connection, _QUERIES["insert_applications"], applied):
            await announce(self._connection, self._connection.organisation_id, "application.stage_changed", application)
        sessions = {
            "interview_id": self._interview.id,
            "candidate_ids": candidate_ids,
            "session_ids": [person.session_id for person in people],
        }
        made = {row["id"] for row in await fetch_all(self._connection, _QUERIES["insert_sessions"], sessions)}
        return [person for person in people if person.session_id in made]

    async def _store_invitations(self, people: list[_Person]) -> dict[UUID, tuple[UUID, str]]:
        """Invitation and link by candidate; the messages to them are queued."""
        tokens = {person.candidate_id: (uuid4(), new_token()) for person in people}
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                _QUERIES["insert"],
                [
                    {
                        "id": tokens[person.candidate_id][0],
                        "session_id": person.session_id,
                        "channel": person.row.channel,
                        "token_hash": token_hash(tokens[person.candidate_id][1]),
                    }
                    for person in people
                ],
            )
        urls = {candidate_id: (made[0], link(self._public_url, made[1])) for candidate_id, made in tokens.items()}
        told = [
            Told(
                person.row.channel,
                person.row.language or self._interview.language,
                person.candidate_id,
                person.session_id,
                urls[person.candidate_id][1],
            )
            for person in people
            if person.row.channel != "link"
        ]
        await queue_invitations(self._connection, self._interview, told)
        return urls


def _result(number: int, person: _Person, made: tuple[UUID, str] | None) -> RowResult:
    return RowResult(
        row=number,
        status="exists" if made is None else "invited",
        candidate_id=person.candidate_id,
        session_id=person.session_id,
        invitation_id=None if made is None else made[0],
        url=None if made is None else made[1],
    )


def _batches(rows: Iterable[ReadRow]) -> Iterator[list[ReadRow]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
