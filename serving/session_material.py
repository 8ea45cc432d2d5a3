"""What storage knows of a session whose report is made."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from models.report.material import PaceNorm
from serving.take_material import Photo, find_pace_norm, find_skills
from storage.accommodations.records import Accommodation
from storage.accommodations.transactions import granted
from storage.consents.records import SessionPolicy
from storage.consents.transactions import session_policy
from storage.database import Connection
from storage.identity.faces import verdict_to_look_at
from storage.identity.records import Verdict
from storage.interviews.records import Interview
from storage.interviews.transactions import get_interview
from storage.sessions.records import Session
from storage.sessions.transactions import get_session
from storage.signals.records import Signal
from storage.signals.transactions import list_signals
from storage.takes.records import Take
from storage.takes.transactions import list_answers
from storage.text_answers.transactions import counting_texts


@dataclass(frozen=True)
class SessionMaterial:
    """A session and its answers: by question either the take that is the answer, or the text, or neither."""

    organisation_id: UUID
    session: Session
    interview: Interview
    takes: dict[int, Take]
    texts: dict[int, str]
    signals: list[Signal]
    photo: Photo | None
    pace_norm: PaceNorm | None
    skills: list[str]
    policy: SessionPolicy
    accommodation: Accommodation | None
    face_verdict: Verdict | None

    @classmethod
    async def read(cls, connection: Connection, session_id: UUID) -> Self:
        """Raises NotFound."""
        session = await get_session(connection, session_id)
        interview = await get_interview(connection, session.interview_id)
        policy = await session_policy(connection, session)
        return cls(
            organisation_id=connection.organisation_id,
            session=session,
            interview=interview,
            takes={take.question_number: take for take in await list_answers(connection, session_id)},
            texts={number: answer.text for number, answer in (await counting_texts(connection, session_id)).items()},
            signals=await list_signals(connection, session_id),
            photo=await Photo.find(connection, connection.organisation_id, session.candidate_id, policy),
            pace_norm=await find_pace_norm(connection, interview),
            skills=await find_skills(connection, session.candidate_id),
            policy=policy,
            accommodation=await granted(connection, session_id),
            face_verdict=await verdict_to_look_at(connection, session_id) if policy.identity != "off" else None,
        )
