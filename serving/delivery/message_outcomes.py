"""How the sending of a message can end, other than well.

Where it is certain that nothing was sent, and trying again may help, a sender raises storage.errors.Unavailable.
"""


class Refused(Exception):
    """It will never be accepted as it is; `reason` is a sentence for a person, without anybody's data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Uncertain(Exception):
    """It may have been accepted: the server was lost before it had answered. `reason` is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
