"""What cannot be looked at or listened to, because of what was sent. It stands apart: the front loads no models."""


class Unusable(Exception):
    """A sample that is no picture or no sound. `code` is for programs, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # both, so that the error survives pickling between processes
        self.code = code
        self.message = message
