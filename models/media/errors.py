"""What a recording can be refused for."""

from typing import Literal

MediaProblem = Literal["media-empty", "media-unreadable", "media-no-audio", "media-no-video"]


class MediaError(Exception):
    """A recording that cannot be used. `code` is for programs, the message is for people."""

    def __init__(self, code: MediaProblem, message: str) -> None:
        super().__init__(code, message)  # both, so that the error survives pickling between processes
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
