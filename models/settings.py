"""Where the models are."""

from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ModelSettings(BaseSettings):
    """Settings of the models room, read from PARLEY_* environment variables on each node."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    models_dir: Path = Field(
        default_factory=lambda: user_cache_path("parley") / "models", description="folder of fetched models"
    )
    insightface_pack: Path | None = Field(
        default=None, description="folder of an insightface pack, used in place of the default face models"
    )
