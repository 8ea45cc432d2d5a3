"""Where the models are, and which engines use them."""

from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class UnknownEngine(Exception):
    """The settings name an engine that is not there; the message says which ones are."""


class ModelSettings(BaseSettings):
    """Settings of the models room, read from PARLEY_* environment variables on each node."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    models_dir: Path = Field(
        default_factory=lambda: user_cache_path("parley") / "models", description="folder of fetched and added models"
    )
    speech: str = Field(
        default="whisper",
        description="speech engine: whisper[-ctranslate2|-torch], moonshine, or the name of an added NeMo checkpoint",
    )
    speech_fallback: str | None = Field(
        default=None, description="engine that answers where the first fails or is slow"
    )
    speech_fallback_after_s: float = Field(default=20.0, gt=0, description="seconds of a batch that count as slow")
    speech_shadow: str | None = Field(default=None, description="second engine, which hears a sample beside the first")
    speech_shadow_share: float = Field(default=0.05, ge=0, le=1, description="how much of the speech it hears")
    faces: str = Field(default="default", description="face engine: default, or an added insightface pack")
    triton_url: str | None = Field(
        default=None, description="host:port of a Triton server (gRPC) that runs the default faces and the text encoder"
    )
