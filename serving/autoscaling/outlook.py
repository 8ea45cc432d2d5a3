"""What one deployment knows and the others scale by: kept in the process that decides for all of them."""

# A Processor that is silent for this long has something else to tell when it comes back.
_FRESH_S = 120.0


class Outlook:
    """The booked candidates of each application, as they were told last."""

    def __init__(self) -> None:
        self._booked: dict[str, tuple[float, float]] = {}

    def tell(self, application: str, booked: float, now: float) -> None:
        """Note how many candidates an application expects at once."""
        self._booked[application] = (now, booked)

    def booked(self, application: str, now: float) -> float:
        """The candidates that an application expects at once; 0 where nobody has told lately."""
        at, booked = self._booked.get(application, (0.0, 0.0))
        return booked if now - at <= _FRESH_S else 0.0


# Ray Serve's controller makes a policy object for each deployment, all in its one process, and gives them no other way
# to share: an idle engine has no replica that could tell it who is coming.
OUTLOOK = Outlook()
