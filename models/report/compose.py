"""Composing the report: the same input gives the same document, byte for byte."""

from collections.abc import Mapping, Sequence

from models.language.keywords import find_keywords
from models.observation import Observation
from models.report.advice import recommend, review_recordings
from models.report.behaviours import describe
from models.report.document import (
    Flag,
    Interval,
    Report,
    ReportAnswer,
    ReportAnswerScore,
    ReportDimension,
)
from models.report.flags import find_flags
from models.report.material import AnswerMaterial, InterviewMaterial
from models.report.pen import Pen
from models.report.phrases import say
from models.report.signals import Groups, page_sentences, signal_flags
from models.scoring.composite import compose_scores
from models.scoring.question import ScoredQuestion
from models.scoring.score import QuestionScore
from models.speech.transcript import Language


def compose(
    *,
    session_id: str,
    candidate_id: str,
    created_at: str,
    interview: InterviewMaterial,
    answers: Sequence[AnswerMaterial],
    models: Mapping[str, str],
    processing_seconds: Mapping[str, float],
    session_flags: Sequence[Flag] = (),
    outside: Groups = (),
) -> Report:
    """Compose a report from what is known of every answer, in the interview's order, and of the session as a whole.

    `created_at` is ISO 8601; `models` names engine and version per stage, `processing_seconds` the time of each.
    `outside`: what the candidate's page tells of the time between answers.
    Raises ValueError where a question's dimension has no weight in the interview.
    """
    sections: list[ReportAnswer] = []
    flags = [*session_flags, *signal_flags(Pen(interview.language, None), outside, is_timed=False)]
    for number, answer in enumerate(answers, start=1):
        said = answer.said
        mentions = find_keywords(said, answer.question.keywords) if said else []
        sections.append(_section(interview, number, answer, mentions))
        flags += find_flags(interview.language, number, answer, mentions)
    composite = compose_scores(interview.dimensions, [_score(answer) for answer in answers])
    return Report(
        session_id=session_id,
        interview_id=interview.id,
        interview_title=interview.title,
        candidate_id=candidate_id,
        language=interview.language,
        created_at=created_at,
        composite=Interval(score=composite.score, low=composite.low, high=composite.high),
        dimensions=tuple(ReportDimension.model_validate(dimension.model_dump()) for dimension in composite.dimensions),
        answers=tuple(sections),
        flags=tuple(flags),
        outside_answers=tuple(page_sentences(interview.language, outside)),
        recommendation=recommend(interview.language, composite, flags),
        models=dict(sorted(models.items())),
        processing_seconds=dict(processing_seconds),
    )


def compose_declined(
    *,
    session_id: str,
    candidate_id: str,
    created_at: str,
    interview: InterviewMaterial,
    questions: Sequence[ScoredQuestion],
    models: Mapping[str, str],
) -> Report:
    """Compose the report of a candidate who declined to be analysed: the questions alone, for a person to review.

    It says nothing of the answers, and its composite is open from 0 to 100. Raises ValueError as `compose`.
    """
    whole = compose(
        session_id=session_id,
        candidate_id=candidate_id,
        created_at=created_at,
        interview=interview,
        answers=[AnswerMaterial(question=question) for question in questions],
        models=models,
        processing_seconds={},
    )
    # That no answer was heard is no flag: nobody listened.
    return whole.model_copy(
        update={"analysis": "declined", "flags": (), "recommendation": review_recordings(interview.language)}
    )


def _section(
    interview: InterviewMaterial, number: int, answer: AnswerMaterial, mentions: Sequence[Observation]
) -> ReportAnswer:
    is_written = answer.written is not None
    # A keyword that is written has no time: it is in the sentences alone.
    observations = sorted(
        (*answer.delivery, *(() if is_written else mentions), *answer.faces, *answer.voices, *answer.signals),
        key=lambda seen: (seen.start, seen.end, seen.kind, seen.label or ""),
    )
    told = observations if not is_written else [*mentions, *observations]
    return ReportAnswer(
        number=number,
        question=answer.question.text,
        kind=answer.question.kind,
        dimension=answer.question.dimension,
        form="written" if is_written else "spoken",
        transcript=answer.transcript,
        text=answer.written or (answer.transcript.text if answer.transcript else ""),
        score=_answer_score(answer.score) if answer.score else None,
        behaviours=(*_form(interview.language, answer), *describe(interview.language, told)),
        observations=tuple(Observation.model_validate(dict(seen)) for seen in observations),
        media_problems=answer.media_problems,
    )


def _form(language: Language, answer: AnswerMaterial) -> tuple[str, ...]:
    if answer.written is None:
        return ()
    english = "The answer was written: pace, pauses, fillers and face are not observed, only the content is scored."
    return (say(language, en=english, zh="此题为书面回答：不观察语速、停顿、口头语和面部，只对所写内容评分。"),)


def _answer_score(score: QuestionScore) -> ReportAnswerScore:
    return ReportAnswerScore(
        score=score.score,
        low=score.low,
        high=score.high,
        status=score.status,
        words=score.words,
        recognition_confidence=score.confidence,
        contributions=score.contributions,
        spread=score.spread,
    )


def _score(answer: AnswerMaterial) -> QuestionScore:
    """The answer's score; an answer that never reached scoring is open from 0 to 100."""
    if answer.score is not None:
        return answer.score
    return QuestionScore(dimension=answer.question.dimension, status="not_scored", score=None, low=0, high=100)
