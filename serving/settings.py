"""What a replica is told: how to sample recordings, and what its profile gives it."""

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.autoscaling.policies import AnyPolicy

_PROFILES = Path(__file__).with_name("profiles")


class ServingSettings(BaseSettings):
    """Settings of the serving room, read from PARLEY_* environment variables on each node."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    frames_per_second: float = Field(default=2.0, gt=0, le=30, description="frames sampled from a recording")
    engine: Literal["models", "timed"] = Field(
        default="models",
        description="timed: scripted results at measured service times, to load the rest of the system",
    )
    service_times: Path | None = Field(
        default=None, description="TOML file of what the timed engine waits for, as models/service_times.toml is"
    )


class Part(BaseModel):
    """What every deployment has in a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    replica: dict[str, Any] = Field(description="options of the Ray Serve deployment")
    scaling: AnyPolicy | None = Field(default=None, description="how replicas follow the load; none: they do not")


class EngineProfile(Part):
    """What an engine's replica computes with, and how it batches.

    Sizes are in the engine's own measure: seconds of audio, frames, answers.
    """

    device: Literal["cpu", "cuda"]
    threads: int = Field(ge=1)
    max_batch_size: float = Field(gt=0, description="computed at once, unless one item alone is more")
    batch_wait_s: float = Field(ge=0, description="how long an item waits for others when the engine is free")
    max_waiting: float = Field(gt=0, description="what may wait before calls are refused")
    deadline_s: float = Field(default=120, gt=0, description="a batch that takes longer hangs: the replica is replaced")


class TranscriberProfile(EngineProfile):
    """`row_s`: the seconds of audio that take as long as a row of a batch takes beside its audio.

    Whisper's encoder takes a window of 20 s or more for every row; its decoder takes time by what was said in all rows.
    """

    row_s: float = Field(ge=0)


class VoiceProfile(EngineProfile):
    """The Voice's: sizes are texts."""

    keep_s: float = Field(gt=0, description="the engine is let go when no text has come for this long")


class BookingProfile(BaseModel):
    """How invitations become expected load: see serving/autoscaling/booking.py."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead_s: float = Field(default=600, ge=0, description="time that a machine needs to start, with its models loaded")
    crowding: float = Field(default=2.0, ge=1, description="the busiest moment of an interview's window over its mean")


class ProcessorProfile(Part):
    """How many durable jobs one Processor replica works on at a time, and what it tells of the load to come."""

    jobs_at_once: int = Field(ge=1)
    booking: BookingProfile = BookingProfile()


class Profile(BaseModel):
    """The resources of every deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    front: Part
    transcriber: TranscriberProfile
    face_analyst: EngineProfile
    scorer: EngineProfile
    voice: VoiceProfile
    live_analyst: Part
    processor: ProcessorProfile

    @classmethod
    def load(cls, name: str) -> Self:
        """The profile of that name (embedded, cluster), or of the TOML file at that path.

        Raises FileNotFoundError, or pydantic's ValidationError where it does not fit.
        """
        path = Path(name) if name.endswith(".toml") else _PROFILES / f"{name}.toml"
        return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
