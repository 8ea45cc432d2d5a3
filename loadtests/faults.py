"""What goes wrong between a candidate and the servers, on request and repeatable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

# How far a chunk comes that never arrives: not at all, no further than its announcement, or to S3 with nobody told.
Lost = Literal["unsent", "announced", "uploaded"]
_LOST: tuple[Lost, ...] = ("unsent", "announced", "uploaded")


@dataclass(frozen=True)
class Faults:
    """What happens to the chunks of one take; keys and members are chunk numbers. Without arguments all goes well.

    broken: how many times the upload breaks off half-way before it succeeds.
    unheard: how many times the front's answers to announcement and completion are lost on their way back.
    lost: chunks that never arrive.
    forgotten: chunks that are sent only when finishing the take tells that they are missing.
    late: chunks that are sent only after the take was finished without them.
    duplicated: chunks that are announced, uploaded and completed twice.
    held: by how many later chunks a chunk is overtaken.
    outages: seconds for which all connections are lost, from the middle of the chunk's first upload on.
    stops_after: how many chunks are sent before the candidate leaves without finishing; None: stays to the end.
    """

    broken: Mapping[int, int] = field(default_factory=dict)
    unheard: Mapping[int, int] = field(default_factory=dict)
    lost: Mapping[int, Lost] = field(default_factory=dict)
    forgotten: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    duplicated: frozenset[int] = frozenset()
    held: Mapping[int, int] = field(default_factory=dict)
    outages: Mapping[int, float] = field(default_factory=dict)
    stops_after: int | None = None

    def sequence(self, chunks: int) -> list[int]:
        """The numbers of `chunks` chunks in the order in which they are sent."""
        # A held chunk goes behind the one that overtakes it last.
        return sorted(range(chunks), key=lambda number: (number + self.held.get(number, 0), number in self.held))


@dataclass(frozen=True)
class FaultRates:
    """How often each fault of `Faults` happens: shares of chunks (of takes for `stops`), 0 to 1.

    times: how often in a row an upload breaks off, or an answer is lost. window: most chunks that overtake a held one.
    """

    broken: float = 0.0
    unheard: float = 0.0
    times: int = 1
    lost: float = 0.0
    forgotten: float = 0.0
    late: float = 0.0
    duplicated: float = 0.0
    held: float = 0.0
    window: int = 1
    outages: float = 0.0
    outage_seconds: float = 5.0
    stops: float = 0.0

    def draw(self, chunks: int, seed: int) -> Faults:
        """The faults of one take of `chunks` chunks: the same for the same seed. Its first chunk always arrives."""
        random = Random(seed)

        def struck(rate: float) -> list[int]:
            return [number for number in range(chunks) if random.random() < rate]

        missed = {number: random.choice(_LOST) for number in struck(self.lost) if number > 0}
        return Faults(
            broken=dict.fromkeys(struck(self.broken), self.times),
            unheard=dict.fromkeys(struck(self.unheard), self.times),
            lost=missed,
            forgotten=frozenset(struck(self.forgotten)) - missed.keys(),
            late=frozenset(struck(self.late)) - missed.keys() - {0},
            duplicated=frozenset(struck(self.duplicated)),
            held={number: random.randint(1, self.window) for number in struck(self.held)},
            outages=dict.fromkeys(struck(self.outages), self.outage_seconds),
            stops_after=random.randrange(1, chunks + 1) if random.random() < self.stops else None,
        )
