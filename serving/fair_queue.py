"""What waits for an engine: which calls go next, and which are refused when there are too many.

Between organisations: start-time fair queueing (Goyal, Vin and Cheng, 1996), so that each gets an equal share of the
engine, however much it asks for. When too much waits, the organisation with the most waiting loses its last call
(longest queue drop; McKenney, 1991), so that none can fill the queue and keep the others out.
Within an organisation: final work before provisional, then what was asked for first.
"""

import time
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID


@dataclass(frozen=True)
class Claim:
    """In whose name a call is made, and how urgent it is.

    `organisation_id` is None for work of the operator's own. `is_final` is False for a look ahead, whose work is done
    again, better, soon. `since` is when it was first asked for, in Unix seconds: a call made again keeps its place.
    `alone` is True for what was in a batch that an engine hung on: it is computed by itself, and hangs nobody else.
    """

    organisation_id: UUID | None = None
    is_final: bool = True
    since: float = field(default_factory=time.time)
    alone: bool = False

    @property
    def order(self) -> tuple[bool, float]:
        """Sorts the calls of one organisation, most urgent first."""
        return (not self.is_final, self.since)


@dataclass(eq=False)
class Waiting:
    """A call that waits. `cost` is in the queue's unit, `arrived` on any one clock."""

    claim: Claim
    cost: float
    arrived: float


Call = TypeVar("Call", bound=Waiting)


class FairQueue(Generic[Call]):
    """Calls of all organisations, at most `capacity` of them measured by their costs (but always at least one)."""

    def __init__(self, capacity: float) -> None:
        self.cost = 0.0
        self._capacity = capacity
        self._calls: dict[UUID | None, list[Call]] = {}
        # Virtual time counts the cost that each organisation got: whose next call is due first, goes first.
        self._now = 0.0
        self._due: dict[UUID | None, float] = {}

    def __len__(self) -> int:
        return sum(len(calls) for calls in self._calls.values())

    def put(self, call: Call) -> list[Call]:
        """Add a call; the calls that are refused for it, which may be the call itself."""
        organisation = call.claim.organisation_id
        if organisation not in self._calls:
            # Whoever was idle has saved nothing up.
            self._calls[organisation] = []
            self._due[organisation] = max(self._now, self._due.get(organisation, 0.0))
        insort(self._calls[organisation], call, key=lambda waiting: waiting.claim.order)
        self.cost += call.cost
        refused: list[Call] = []
        while self.cost > self._capacity and len(self) > 1:
            longest = max(self._calls.values(), key=lambda calls: sum(waiting.cost for waiting in calls))
            refused.append(longest[-1])
            self.remove(longest[-1])
        return refused

    def remove(self, call: Call) -> bool:
        """Take a call out; whether it was still waiting."""
        calls = self._calls.get(call.claim.organisation_id, [])
        if call not in calls:
            return False
        calls.remove(call)
        if not calls:
            del self._calls[call.claim.organisation_id]
        self.cost -= call.cost
        return True

    def oldest(self) -> float:
        """When the call arrived that has waited longest. Raises ValueError where none waits."""
        return min(call.arrived for calls in self._calls.values() for call in calls)

    def take(self, fit: Callable[[list[Call]], bool]) -> list[Call]:
        """The next batch: the fairest call, and those after it that `fit` into one batch with it.

        An organisation whose next call does not fit, for its length say, is passed over: it leads the batch after.
        """
        batch: list[Call] = []
        asking = list(self._calls)
        while asking:
            organisation = min(asking, key=lambda one: (self._due[one], self._calls[one][0].arrived))
            call = self._calls[organisation][0]
            if batch and not fit([*batch, call]):
                asking.remove(organisation)
                continue
            self._now = max(self._now, self._due[organisation])
            self._due[organisation] += call.cost
            batch.append(call)
            self.remove(call)
            asking = [one for one in asking if one in self._calls]
        # Who has nothing waiting and got no more than its share needs no account; when all are served, nobody does.
        self._due = {
            organisation: due
            for organisation, due in self._due.items()
            if organisation in self._calls or (self._calls and due > self._now)
        }
        return batch
