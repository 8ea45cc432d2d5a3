"""What a person should look at, why, and what to ask next."""

from collections.abc import Iterator, Sequence

from models.language.keywords import missed_keywords
from models.observation import Observation, ObservationKind
from models.report.document import Flag
from models.report.material import AnswerMaterial
from models.report.pen import Pen
from models.report.signals import signal_flags
from models.scoring.answer import DeliveryObservation
from models.speech.transcript import Language

# Starting values of this project, not yet tuned by what reviewers do with the flags.
LOW_CONFIDENCE = 0.6  # mean word probability
LONG_SILENCE_S = 8.0
PACE_RISE = 1.35  # last third over first third; listeners already notice 5 % (Quené 2007)
FROWNS, FROWN_SHARE = 3, 0.2  # at least so many, and so much of the recording
NO_FACE_SHARE = 0.2
MANY_FACES_S = 1.0


def find_flags(
    language: Language, number: int, answer: AnswerMaterial, mentions: Sequence[Observation]
) -> tuple[Flag, ...]:
    """The flags of answer `number` (from 1), written in `language`; `mentions` are its keyword observations."""
    pen = Pen(language, number)
    flags = [*_media(pen, answer)]
    if answer.said is None or (answer.score is not None and answer.score.status != "scored"):
        flags.append(pen.write("answer_missing", question=answer.question.text))
    else:
        flags += [*_recognition(pen, answer), *_content(pen, answer, mentions), *_speech(pen, answer)]
    flags += [*_faces(pen, answer), *_identity(pen, answer), *_voices(pen, answer)]
    return (*flags, *signal_flags(pen, [answer.signals], is_timed=answer.written is None))


def _media(pen: Pen, answer: AnswerMaterial) -> Iterator[Flag]:
    for problem in answer.media_problems:
        yield pen.write("media_problem", text=problem.text, question=answer.question.text)


def _recognition(pen: Pen, answer: AnswerMaterial) -> Iterator[Flag]:
    if answer.transcript is not None and answer.transcript.confidence < LOW_CONFIDENCE:
        yield pen.write("low_recognition", confidence=100 * answer.transcript.confidence)


def _content(pen: Pen, answer: AnswerMaterial, mentions: Sequence[Observation]) -> Iterator[Flag]:
    for part in answer.score.contributions if answer.score else ():
        if part.member == "coverage":
            yield from (pen.write("point_missing", point=point) for point in part.missing)
    for keyword in missed_keywords(answer.question.keywords, mentions):
        yield pen.write("keyword_missing", keyword=keyword.term)


def _speech(pen: Pen, answer: AnswerMaterial) -> Iterator[Flag]:
    rates = [seen for seen in answer.delivery if seen.kind == "speech_rate" and seen.value and seen.label == "window"]
    rates.sort(key=lambda seen: seen.start)
    if len(rates) > 1:
        third = max(1, len(rates) // 3)
        first, last = (sum(seen.value or 0.0 for seen in part) / third for part in (rates[:third], rates[-third:]))
        if last >= PACE_RISE * first:
            yield pen.write("pace_rises", rates[-third].start, rates[-1].end, first=first, last=last)
    norm, rate = answer.pace_norm, overall_pace(answer.delivery)
    if norm is not None and rate is not None and not norm.low <= rate <= norm.high:
        yield pen.write("pace_unusual", rate=rate, answers=norm.answers, low=norm.low, high=norm.high)
    for pause in answer.delivery:
        if pause.kind == "pause" and pause.value is not None and pause.value >= LONG_SILENCE_S:
            yield pen.write("long_silence", pause.start, pause.end, seconds=pause.value)


def overall_pace(delivery: Sequence[DeliveryObservation]) -> float | None:
    """The pace of the whole answer, in words (zh: 字) a minute; None where too little was said."""
    return next((seen.value for seen in delivery if seen.kind == "speech_rate" and seen.label == "overall"), None)


def _faces(pen: Pen, answer: AnswerMaterial) -> Iterator[Flag]:
    length = answer.seconds or 0.0
    frowns, seconds = _lasting(answer, "frown")
    if len(frowns) >= FROWNS and seconds >= FROWN_SHARE * length:
        yield pen.write("many_frowns", frowns[0].start, frowns[-1].end, count=len(frowns), seconds=seconds)
    absences, seconds = _lasting(answer, "no_face")
    if absences and seconds >= NO_FACE_SHARE * length:
        yield pen.write("no_face", absences[0].start, absences[-1].end, seconds=seconds)
    crowds, seconds = _lasting(answer, "many_faces")
    if crowds and seconds >= MANY_FACES_S:
        most = max(int(seen.value or 2) for seen in crowds)
        yield pen.write("many_faces", crowds[0].start, crowds[-1].end, count=most)


def _identity(pen: Pen, answer: AnswerMaterial) -> Iterator[Flag]:
    for seen in answer.faces:
        if seen.kind == "identity" and seen.label == "no_match":
            yield pen.write("identity_no_match", seen.start, seen.end)


def _voices(pen: Pen, answer: AnswerMaterial) -> Iterator[Flag]:
    if answer.voices:
        seconds = sum(seen.end - seen.start for seen in answer.voices)
        yield pen.write("another_voice", answer.voices[0].start, answer.voices[-1].end, seconds=seconds)


def _lasting(answer: AnswerMaterial, kind: ObservationKind) -> tuple[list[Observation], float]:
    """The observations of a kind by time, and the seconds they last together."""
    seen = sorted((state for state in answer.faces if state.kind == kind), key=lambda state: state.start)
    return seen, sum(state.end - state.start for state in seen)
