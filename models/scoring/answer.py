"""What scoring may see of an answer: the words and how they were spoken. Faces and signals cannot be put into it."""

from collections.abc import Iterable
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict

from models.language.sentences import Sentence, split_sentences
from models.language.terms import count_words
from models.language.written import Written
from models.observation import Observation
from models.speech.transcript import Language, Transcript

DeliveryKind = Literal["speech_rate", "pause", "filler", "pitch_variation", "loudness_variation", "talk_ratio"]


class DeliveryObservation(Observation):
    """An observation of speech. Constructing one of any other kind, a face's above all, is a validation error."""

    kind: DeliveryKind


def delivery_only(observations: Iterable[Observation]) -> tuple[DeliveryObservation, ...]:
    """The observations of speech among `observations`, in their order."""
    kinds = get_args(DeliveryKind)
    return tuple(DeliveryObservation(**dict(seen)) for seen in observations if seen.kind in kinds)


class WrittenText(BaseModel):
    """An answer that was written instead of spoken."""

    model_config = ConfigDict(frozen=True)

    text: str
    language: Language


class Answer(BaseModel):
    """One answer, spoken or written. `transcript` is None where it was written, or where the recording could not be
    heard at all (no audio, unreadable)."""

    model_config = ConfigDict(frozen=True)

    transcript: Transcript | None = None
    delivery: tuple[DeliveryObservation, ...] = ()
    written: WrittenText | None = None


class Spoken:
    """A transcript prepared once for all members: its sentences, its text, and how much was said.

    The times of a written answer, for which `is_written`, are places and no seconds.
    """

    def __init__(self, transcript: Transcript, written: Written | None = None) -> None:
        self.transcript = transcript
        self.text = transcript.text
        self.sentences: list[Sentence] = split_sentences(transcript) if written is None else written.sentences
        self.words = count_words(self.text)
        self.is_written = written is not None

    @classmethod
    def of(cls, answer: Answer) -> Self | None:
        """The prepared transcript or text, or None where there is neither."""
        if answer.written is not None:
            written = Written.of(answer.written.text, answer.written.language)
            return cls(written.transcript, written)
        return None if answer.transcript is None else cls(answer.transcript)

    @property
    def sentence_texts(self) -> list[str]:
        return [sentence.text for sentence in self.sentences]
