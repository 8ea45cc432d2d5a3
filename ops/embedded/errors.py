"""The one error of the embedded servers."""


class EmbeddedError(Exception):
    """An embedded server cannot run; the message says why and what to do, in words for the person at the terminal."""
