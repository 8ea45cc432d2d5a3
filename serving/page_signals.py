"""What the candidate's page noticed, as observations of the answer that it was noticed in."""

from collections import defaultdict
from uuid import UUID

from models.observation import Observation
from serving.session_material import SessionMaterial
from storage.signals.records import Signal


def signals_of_answer(material: SessionMaterial, question_number: int) -> tuple[Observation, ...]:
    """The signals of the take that is the answer, or of the time in which the answer was written."""
    return tuple(_observation(one) for one in material.signals if _answer_of(material, one) == question_number)


def signals_outside(material: SessionMaterial) -> list[list[Observation]]:
    """The other signals: of takes that did not count, of reading, of the time between; by what their times are of."""
    groups = defaultdict[tuple[UUID | None, int | None], list[Observation]](list)
    for one in material.signals:
        if _answer_of(material, one) is None:
            groups[one.take_id, one.question_number].append(_observation(one))
    return list(groups.values())


def _answer_of(material: SessionMaterial, signal: Signal) -> int | None:
    number = signal.question_number
    if number is None:
        return None
    take = material.takes.get(number)
    is_within = number in material.texts if signal.take_id is None else take is not None and take.id == signal.take_id
    return number if is_within else None


def _observation(signal: Signal) -> Observation:
    return Observation(kind=signal.kind, start=signal.start_s, end=signal.end_s, value=signal.detail, label="page")
