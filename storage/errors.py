"""What storage refuses, in words a person can act on. The front turns each into problem+json."""


class Refusal(Exception):
    """A rule of hiring said no; nothing was changed.

    `code` is stable and kebab-case; `pointer` is the JSON pointer of the input at fault, where one is.
    """

    def __init__(self, code: str, message: str, pointer: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.pointer = pointer


class NotFound(Refusal):
    """There is no such thing in this organisation."""

    def __init__(self, thing: str) -> None:
        super().__init__(f"{thing}-not-found", f"There is no such {thing} in this organisation.")


class Conflict(Refusal):
    """The thing exists, but its present state does not allow this."""


class Invalid(Refusal):
    """The input breaks a rule."""


class Unavailable(Refusal):
    """A server that storage needs does not answer now; the same call may succeed later."""
