"""The Voice behind its handle, typed: what renders questions calls it."""

from typing import Any
from uuid import UUID

from ray.serve.handle import DeploymentHandle

from models.voice.contract import Text
from models.voice.encoding import Clip
from serving.fair_queue import Claim


class VoiceHandle:
    """A `Speaker`; what it raises, the durable job meets by trying again."""

    def __init__(self, voice: DeploymentHandle[Any]) -> None:
        self._voice = voice

    async def name(self) -> str:
        """The engine and its voices."""
        name: str = await self._voice.name.remote()
        return name

    async def speak(self, organisation_id: UUID, text: Text) -> Clip:
        """A text as speech. Raises NothingToSay, or why there is none now."""
        clip: Clip = await self._voice.speak.remote(text, Claim(organisation_id))
        return clip
