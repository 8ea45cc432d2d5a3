"""What a recording can be refused for, and what may be wrong with one that is used all the same."""

from typing import Literal

MediaProblem = Literal["media-empty", "media-unreadable", "media-no-audio", "media-no-video"]
AudioProblem = Literal["corrupt-parts", "missing-parts", "ends-early", "cut-at-limit"]


class MediaError(Exception):
    """A recording that cannot be used. `code` is for programs, the message is for people."""

    def __init__(self, code: MediaProblem, message: str) -> None:
        super().__init__(code, message)  # both, so that the error survives pickling between processes
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
