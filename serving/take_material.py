"""What the analysis of a take needs to know, and the key under which its result is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from uuid import UUID

import numpy as np
from anyio import to_thread
from numpy.typing import NDArray
from pydantic import BaseModel

from models.faces.contract import Stretch, Track
from models.faces.picture import PictureError, read_picture
from models.language.keywords import Keyword
from models.report.material import PaceNorm
from models.scoring.question import RubricPoint, ScoredQuestion
from models.speech.expected import expected_words, question_words
from models.speech.transcript import Language
from serving.analysts import Analysts
from serving.remember import Memory
from storage.accommodations.records import Accommodation
from storage.candidates.transactions import get_photo
from storage.consents.records import SessionPolicy
from storage.database import Connection
from storage.interviews.records import Interview, Question
from storage.media.records import photo_key
from storage.media.store import MediaStore
from storage.paces.transactions import pace_norm
from storage.resumes.transactions import find_resume

# A recording may run over the question's time limit by this much: buttons are pressed late, and clocks differ.
GRACE_S = 15.0


class _Embedding(BaseModel):
    """The identity embedding of the one face on a photo; None where the photo does not show exactly one."""

    values: list[float] | None


@dataclass(frozen=True)
class Photo:
    """A candidate's stored photo: its S3 key and its SHA-256 in hex."""

    key: str
    sha256: str

    @classmethod
    async def find(
        cls, connection: Connection, organisation_id: UUID, candidate_id: UUID, policy: SessionPolicy
    ) -> "Photo | None":
        """The photo of a candidate that has arrived, or None; none is looked for where faces are not compared."""
        if policy.identity == "off":
            return None
        photo = await get_photo(connection, candidate_id)
        if photo is None or not photo["stored"]:
            return None
        return cls(photo_key(organisation_id, candidate_id, photo["sha256"]), photo["sha256"].hex())

    async def embed(self, media: MediaStore, analysts: Analysts, memory: Memory) -> NDArray[np.float32] | None:
        """The embedding of the one face on the photo, or None where it does not show exactly one face."""

        async def compute() -> _Embedding:
            try:
                picture = read_picture(await to_thread.run_sync(media.read, self.key))
            except PictureError:
                return _Embedding(values=None)
            # A photo is compared, never read for expressions.
            [faces] = (await analysts.follow(Stretch([picture], Track(expressions=False)))).faces
            embedding = faces[0].embedding if len(faces) == 1 else None
            return _Embedding(values=None if embedding is None else embedding.tolist())

        inputs = {"photo": self.sha256, "expressions": False, "engine": (await analysts.names())["faces"]}
        embedding, _ = await memory.remember("photo", inputs, _Embedding, compute)
        return None if embedding.values is None else np.array(embedding.values, np.float32)


async def expected_of(question: Question, interview: Interview, skills: Sequence[str]) -> tuple[str, ...]:
    """What is likely to be said in an answer, as the speech engines take it: what matters most comes first.

    skills: those that the candidate's résumé names.
    """
    return expected_words(
        [keyword.term for keyword in question.keywords],
        [variant for keyword in question.keywords for variant in keyword.variants],
        skills,
        # The first question in Chinese has a dictionary read.
        await to_thread.run_sync(question_words, question.text, interview.language),
    )


@dataclass(frozen=True)
class TakeSetup:
    """What the analysis of a take is told beside its recording."""

    language: Language
    keywords: tuple[str, ...]
    limit_s: float
    photo: Photo | None
    expressions: bool
    voices: bool
    pictures: bool = True

    @classmethod
    async def of(
        cls,
        question: Question,
        interview: Interview,
        skills: Sequence[str],
        photo: Photo | None,
        policy: SessionPolicy,
        accommodation: Accommodation | None = None,
    ) -> "TakeSetup":
        """The setup for an answer to a question; `skills` are those that the candidate's résumé names.

        Who was granted to answer by sound alone is not looked at, whatever is sent, and who was granted time has it.
        """
        pictures = accommodation is None or not accommodation.audio_only
        extra = 0 if accommodation is None else accommodation.extra_time_percent
        return cls(
            language=interview.language,
            keywords=await expected_of(question, interview, skills),
            limit_s=question.time_limit_s * (1 + extra / 100) + GRACE_S,
            photo=photo if pictures else None,
            expressions=policy.expressions != "off",
            voices=policy.voices,
            pictures=pictures,
        )

    def frames(self, rate: float) -> float | None:
        """How many pictures a second are looked at, of `rate` that would be; None for none."""
        return rate if self.pictures else None

    def inputs(self, sha256: str, names: dict[str, str], rate: float) -> dict[str, Any]:
        """Everything that the analysis of a take with this content depends on."""
        return {
            "sha256": sha256,
            "language": self.language,
            "keywords": self.keywords,
            "limit_s": self.limit_s,
            "photo": self.photo.sha256 if self.photo else None,
            "expressions": self.expressions,
            "rate": self.frames(rate),
            "speech": names["speech"],
            "faces": names["faces"],
            "parley": version("parley"),
        }


def scored_question(question: Question, interview: Interview) -> ScoredQuestion:
    """The question as scoring and the report take it."""
    return ScoredQuestion(
        text=question.text,
        language=interview.language,
        dimension=question.dimension,
        kind=question.kind,
        time_limit_s=question.time_limit_s,
        rubric=tuple(RubricPoint.model_validate(point.model_dump()) for point in question.rubric),
        keywords=tuple(Keyword.model_validate(keyword.model_dump()) for keyword in question.keywords),
    )


async def find_skills(connection: Connection, candidate_id: UUID) -> list[str]:
    """The skills that the candidate's résumé names, where one was read."""
    resume = await find_resume(connection, candidate_id)
    return resume.skills if resume else []


async def find_pace_norm(connection: Connection, interview: Interview) -> PaceNorm | None:
    """How fast answers for the interview's position are usually spoken, or None while there are too few."""
    norm = await pace_norm(connection, interview.position_id, interview.language)
    return None if norm is None else PaceNorm(norm.answers, norm.low, norm.high)
