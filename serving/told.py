"""What was told of a take already: events are recorded once, also when a take is analysed anew after a crash."""

from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

from models.observation import Observation
from models.report.document import Flag
from models.speech.transcript import Transcript, Word
from storage.events.records import Event

Item = TypeVar("Item", bound=Hashable)

# Observations of the take as a whole change with every word; blinks are too many and too unsure to tell one by one.
_WHOLE_TAKE = {"speech_rate", "talk_ratio", "pitch_variation", "loudness_variation", "blink"}
# Words move a little when their segment is complete: an observation this near to a told one is the same.
_SAME_WITHIN_S = 1.0


class Told:
    """The events of one take so far. What is asked for is taken as told from then on."""

    def __init__(self, take_id: str) -> None:
        self._take_id = take_id
        self._final_until = 0.0
        self._starts: dict[tuple[str, str | None], list[float]] = {}
        self._flags: set[tuple[str, str]] = set()
        self._delays: set[str] = set()

    def recall(self, events: Sequence[Event]) -> None:
        """Events of the take's session that are stored already; those of other takes do not matter."""
        for event in events:
            if event.data.get("take_id") != self._take_id:
                continue
            if event.kind == "transcript" and event.data["is_final"]:
                self._final_until = event.data["words"][-1]["end"]
            elif event.kind == "observation":
                seen = event.data["observation"]
                self._starts.setdefault((seen["kind"], seen["label"]), []).append(seen["start"])
            elif event.kind == "flag":
                self._flags.add(_mark(Flag.model_validate(event.data["flag"])))
            elif event.kind == "delay":
                self._delays.add(event.data["reason"])

    def new_words(self, transcript: Transcript, is_final: bool) -> tuple[Word, ...]:
        """The words that no final transcript had."""
        words = tuple(word for word in transcript.words if word.end > self._final_until)
        if words and is_final:
            self._final_until = words[-1].end
        return words

    def new_observations(self, observations: Sequence[Observation]) -> Iterator[Observation]:
        """Those that were not told; one that grew longer or moved a little is not new."""
        for seen in observations:
            if seen.kind in _WHOLE_TAKE and seen.label != "window":
                continue
            starts = self._starts.setdefault((seen.kind, seen.label), [])
            if all(abs(seen.start - start) > _SAME_WITHIN_S for start in starts):
                starts.append(seen.start)
                yield seen

    def is_new_flag(self, flag: Flag) -> bool:
        """Whether the flag was not raised; every keyword that is missing is a flag of its own."""
        return _add(self._flags, _mark(flag))

    def is_new_delay(self, reason: str) -> bool:
        """Whether this kind of delay was not told."""
        return _add(self._delays, reason)


def _mark(flag: Flag) -> tuple[str, str]:
    return flag.code, flag.follow_up if flag.code == "keyword_missing" else ""


def _add(known: set[Item], item: Item) -> bool:
    if item in known:
        return False
    known.add(item)
    return True
