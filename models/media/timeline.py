"""Put frames on the take's clock by their time stamps, and survive time stamps that make no sense."""

# A recorder that is paused leaves a gap; a damaged or restarted file leaves a jump. Backwards by more than a second,
# or forwards by more than an hour, is a jump: what follows is put right behind what came before.
MAX_BACKWARD_S = 1.0
MAX_FORWARD_S = 3600.0


class Timeline:
    """Turns the time stamps of one stream into seconds from the start of the take."""

    def __init__(self, start: float) -> None:
        self._origin = start

    def place(self, timestamp: float | None, reached: float) -> float:
        """The take time of a frame stamped `timestamp` (seconds), given the take time `reached` so far."""
        if timestamp is None:
            return reached
        time = timestamp - self._origin
        if time < reached - MAX_BACKWARD_S or time > reached + MAX_FORWARD_S:
            self._origin = timestamp - reached
            return reached
        return time
