"""Messages to send, and who they are for."""

from typing import Any
from uuid import UUID

from pydantic import SecretStr

from storage.database import Connection
from storage.messages.records import NewMessage, Recipient
from storage.sessions.records import Session

TOKEN = "s3cret-token-of-the-candidate"
LINK = f"https://parley.example/i/{TOKEN}"

ADA = Recipient("Ada", "ada@example.org", "+8613800138000", "en", "Asia/Shanghai")
LI = Recipient("李娜", "li@example.cn", "+8613900139000", "zh", "America/New_York")


class Directory:
    """Candidates by id, as they are at this moment; every candidate is Ada unless told otherwise."""

    def __init__(self) -> None:
        self.people: dict[UUID, Recipient | None] = {}

    async def __call__(self, connection: Connection, candidate_id: UUID) -> Recipient | None:
        return self.people.get(candidate_id, ADA)


def invitation(session: Session, **changes: Any) -> NewMessage:
    return NewMessage.model_validate(
        {
            "kind": "invitation",
            "channel": "mail",
            "candidate_id": session.candidate_id,
            "session_id": session.id,
            "link": SecretStr(LINK),
        }
        | changes
    )


def done(session: Session, **changes: Any) -> NewMessage:
    return invitation(session, **{"kind": "interview_done", "link": None} | changes)
