"""The report of a session, from what was found in its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.report.compose import compose, compose_declined
from models.report.document import Report
from models.report.material import AnswerMaterial, InterviewMaterial
from models.report.session_flags import identity_check_flag
from models.speakers.heard import TakeVoices
from serving.page_signals import signals_outside
from serving.session_material import SessionMaterial
from serving.speakers import with_other_voices
from serving.take_material import scored_question


@dataclass(frozen=True)
class Assessed:
    """An answer's material for the report, and the seconds each stage took."""

    answer: AnswerMaterial
    seconds: dict[str, float]
    voices: TakeVoices | None = None  # where they may be compared


def session_report(material: SessionMaterial, assessed: Sequence[Assessed], names: dict[str, str]) -> Report:
    """The report; `assessed` by question, `names` the engines' and Parley's own by stage."""
    session, interview = material.session, material.interview
    about: dict[str, Any] = {
        "session_id": str(session.id),
        "candidate_id": str(session.candidate_id),
        "created_at": datetime.now(UTC).isoformat(),
        "interview": InterviewMaterial(
            id=str(interview.id),
            title=interview.title,
            language=interview.language,
            dimensions={dimension.name: dimension.weight for dimension in interview.dimensions},
        ),
    }
    if not material.policy.ai_analysis:
        questions = [scored_question(question, interview) for question in interview.questions]
        return compose_declined(**about, questions=questions, models={"parley": names["parley"]})
    stages = {stage for answer in assessed for stage in answer.seconds}
    spent = {stage: round(sum(answer.seconds.get(stage, 0.0) for answer in assessed), 3) for stage in sorted(stages)}
    flag = identity_check_flag(interview.language, material.face_verdict)
    return compose(
        **about,
        answers=with_other_voices([part.answer for part in assessed], [part.voices for part in assessed]),
        models=names,
        processing_seconds=spent,
        session_flags=[] if flag is None else [flag],
        outside=signals_outside(material),
    )
