"""How many candidates will answer at the same time: known ahead, from their invitations."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from storage.sessions.records import BookedWindow


def expected_at_once(windows: Iterable[BookedWindow], now: datetime, lead_s: float, crowding: float) -> float:
    """The candidates who answer at the same time, at the busiest moment of the next `lead_s` seconds at most.

    Candidates who come evenly over what is left of a window are, by Little's law, its candidates times the share of it
    that one interview takes, at once. People do not come evenly: `crowding` is how many times more there are at the
    window's busiest moment. There are never more than were invited.
    """
    at_once = 0.0
    for window in windows:
        if window.closes_at <= now or window.opens_at > now + timedelta(seconds=lead_s):
            continue
        left = window.closes_at - max(now, window.opens_at)
        share = timedelta(minutes=window.minutes_per_candidate) / left
        at_once += window.candidates * min(1.0, crowding * share)
    return at_once
