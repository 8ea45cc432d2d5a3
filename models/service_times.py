"""How long real engines compute: what timed engines, which stand in for them in load tests, wait for."""

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

_SHIPPED = Path(__file__).with_suffix(".toml")


class SpeechTimes(BaseModel):
    """Seconds for each segment of a batch, and for each second of its audio."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row_s: float = Field(ge=0)
    audio_s: float = Field(ge=0)


class ServiceTimes(BaseModel):
    """Service times on one device: seconds for a batch of segments, a frame, a text, and a second of a voice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: str
    speech: SpeechTimes
    frame_s: float = Field(ge=0)
    text_s: float = Field(ge=0)
    voice_s: float = Field(default=0.0, ge=0)

    @classmethod
    def of(cls, device: Literal["cpu", "cuda"], file: Path | None = None) -> Self:
        """The service times of a device: from a file as service_times.toml is, or from that.

        Raises OSError, tomllib.TOMLDecodeError, KeyError or pydantic's ValidationError where the file does not fit.
        """
        return cls.model_validate(tomllib.loads((file or _SHIPPED).read_text(encoding="utf-8"))[device])

    @property
    def name(self) -> str:
        """The name of every engine that works by these times: it says that nothing was computed."""
        return f"timed: scripted results of no model, {self.basis}"
