"""The report: the public document that an interview ends in. Every field is explained, for it is also the API's."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.observation import Observation
from models.scoring.question import QuestionKind
from models.scoring.score import Contribution, Spread
from models.speech.transcript import Language, Transcript

SCHEMA_VERSION = "1.1"

FlagCode = Literal[
    "answer_missing",
    "media_problem",
    "low_recognition",
    "point_missing",
    "keyword_missing",
    "pace_rises",
    "pace_unusual",
    "long_silence",
    "many_frowns",
    "no_face",
    "many_faces",
    "identity_no_match",
    "page_left",
    "camera_lost",
    "microphone_muted",
    "text_pasted",
    "device_changed",
    "identity_check_no_match",
    "identity_check_unsure",
    "another_voice",
]
RecommendationCode = Literal["strong_yes", "yes", "unsure", "no"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Interval(_Part):
    """A score and the range that is meant to hold four of five scores a person would give."""

    score: float | None = Field(description="0-100; null where nothing could be scored.")
    low: float = Field(description="Lower end of the interval, 0-100.")
    high: float = Field(description="Upper end of the interval, 0-100.")


class ReportDimension(Interval):
    """The score of one dimension of the interview."""

    dimension: str = Field(description="The dimension as the interview names it.")
    weight: float = Field(description="Its share of the composite, 0..1; the shares sum to 1.")
    questions: int = Field(description="How many questions ask for it.")
    scored: int = Field(description="How many of them have a score.")


class ReportAnswerScore(Interval):
    """The score of one answer and what it is made of."""

    status: Literal["scored", "unanswered", "not_scored"] = Field(
        description="scored: there is an answer; unanswered: it holds (almost) no words and counts as 0; "
        "not_scored: nothing could be heard, no score is given."
    )
    words: int = Field(description="How many words were said or written; in Chinese, characters.")
    recognition_confidence: float = Field(description="Mean confidence of the recognised words, 0..1; 1 if written.")
    contributions: tuple[Contribution, ...] = Field(description="What each member of the ensemble adds.")
    spread: Spread | None = Field(description="Where the interval comes from; null unless scored.")


class MediaProblem(_Part):
    """Something wrong with a recording."""

    code: str = Field(description="For programs, for example media-no-audio.")
    text: str = Field(description="For people.")


class ReportAnswer(_Part):
    """One question and what was answered."""

    number: int = Field(description="Place of the question in the interview, from 1.")
    question: str = Field(description="The question as it was asked.")
    kind: QuestionKind = Field(description="structured: an experience; situational: what one would do; skill.")
    dimension: str = Field(description="The dimension that the question asks for.")
    form: Literal["spoken", "written"] = Field(
        default="spoken",
        description="written: instead of a recording; pace, pauses, fillers and face are not observed, and only the "
        "content is scored.",
    )
    transcript: Transcript | None = Field(
        description="What was said, word by word; null where nothing could be heard, or the answer was written."
    )
    text: str = Field(description="The transcript as running text, or what was written.")
    score: ReportAnswerScore | None = Field(description="The score of the answer; null where it was not scored at all.")
    behaviours: tuple[str, ...] = Field(description="What was observed, as sentences in the interview's language.")
    observations: tuple[Observation, ...] = Field(
        description="Every behaviour by start time. Those of the face, and those that the candidate's page tells of "
        "(label: page), are for information: no score uses them."
    )
    media_problems: tuple[MediaProblem, ...] = Field(description="What was wrong with the recording.")


class Flag(_Part):
    """What a person should look at."""

    code: FlagCode = Field(description="For programs.")
    why: str = Field(description="The reason, in the interview's language.")
    follow_up: str = Field(description="A question to ask the candidate next, in the interview's language.")
    answer: int | None = Field(description="Number of the answer, from 1; null for the session as a whole.")
    start: float | None = Field(
        description="Where it begins, seconds from the start of the answer; null for all of it."
    )
    end: float | None = Field(description="Where it ends, seconds from the start of the answer; null for all of it.")


class Recommendation(_Part):
    """Advice. A person decides."""

    code: RecommendationCode = Field(description="For programs.")
    words: str = Field(description="The advice and its reason, in the interview's language.")
    advisory: Literal[True] = Field(default=True, description="Always true: no decision is made by the system.")


class Report(_Part):
    """The report of one session: immutable, and the same for the same input."""

    schema_version: str = Field(default=SCHEMA_VERSION, description="Version of this document's form.")
    session_id: str = Field(description="The candidate's sitting.")
    interview_id: str = Field(description="The interview.")
    interview_title: str = Field(description="The interview's title.")
    candidate_id: str = Field(description="The candidate; the document carries no name.")
    language: Language = Field(description="The interview's language, in which all sentences are written.")
    created_at: str = Field(description="When the report was made, ISO 8601.")
    composite: Interval = Field(description="The dimensions composed by the interview's weights.")
    dimensions: tuple[ReportDimension, ...] = Field(description="In the interview's order.")
    answers: tuple[ReportAnswer, ...] = Field(description="In the interview's order.")
    flags: tuple[Flag, ...] = Field(description="Those of the whole session, then by answer.")
    analysis: Literal["done", "declined"] = Field(
        default="done",
        description="declined: the candidate wants no analysis by a machine; there are recordings, and nothing else.",
    )
    outside_answers: tuple[str, ...] = Field(
        default=(), description="What the candidate's page tells of the time between answers; for information."
    )
    recommendation: Recommendation = Field(description="Advice from composite and flags; a person decides.")
    models: dict[str, str] = Field(description="Per stage, the engine or model and its version.")
    processing_seconds: dict[str, float] = Field(description="Per stage, how long it took.")
