"""Who wants to know what is found while a recording is analysed."""

from typing import Literal, Protocol

from models.observation import Observation
from models.speech.transcript import Transcript

Delay = Literal["pictures-left-out", "transcript-waits"]


class Follower(Protocol):
    """Is told what is found, while it is found."""

    def is_hurried(self) -> bool:
        """Whether the recording goes on whatever happens here, so that falling behind must end somewhere."""
        ...

    async def heard(self, new: Transcript, is_final: bool, so_far: Transcript, delivery: list[Observation]) -> None:
        """A stretch of speech, all that was said so far with it, and the delivery so far.

        What is not final is heard again, better, once its segment is complete.
        """
        ...

    async def seen(self, faces: list[Observation]) -> None:
        """What the pictures of the take show so far."""
        ...

    async def delayed(self, delay: Delay) -> None:
        """The engines cannot keep up."""
        ...
