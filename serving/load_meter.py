"""How loaded an engine is, for its autoscaler: how long calls wait, and how much of its time it works."""

import time


class LoadMeter:
    """Measures from one reading to the next, on time.perf_counter's clock."""

    def __init__(self) -> None:
        self._since = time.perf_counter()
        self._computing: float | None = None
        self._worked = 0.0
        self._waited = 0.0

    def started(self, oldest: float) -> None:
        """A batch is computed from now on, of calls of which the oldest arrived at `oldest`."""
        self._computing = time.perf_counter()
        self._waited = max(self._waited, self._computing - oldest)

    def ended(self) -> None:
        """The batch is done."""
        if self._computing is not None:
            self._worked += time.perf_counter() - max(self._computing, self._since)
            self._computing = None

    def read(self, oldest: float | None) -> dict[str, float]:
        """`wait_s`, the longest that a call has waited or waits still, and `busy`, the share of time that was worked.

        `oldest` is when the oldest call that waits still has arrived. Both count from the last reading to now.
        """
        now = time.perf_counter()
        worked = self._worked
        if self._computing is not None:
            worked += now - max(self._computing, self._since)
        wait = max(self._waited, 0.0 if oldest is None else now - oldest)
        load = {"wait_s": wait, "busy": min(1.0, worked / max(now - self._since, 1e-6))}
        self._since, self._worked, self._waited = now, 0.0, 0.0
        return load
