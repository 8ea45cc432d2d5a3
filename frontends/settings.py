"""What the front allows its callers."""

from limits import parse
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.settings import origin


class FrontSettings(BaseSettings):
    """Settings of the front, read from PARLEY_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    public_url: str | None = Field(
        default=None, description="how candidates' browsers reach the front, as https://interviews.example.com"
    )
    rate_limit: str = Field(default="12000 per minute", description="requests of one API key or member")
    candidate_rate_limit: str = Field(default="600 per minute", description="requests of one candidate")
    stranger_rate_limit: str = Field(default="60 per minute", description="refused tokens from one address")

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str | None) -> str | None:
        return None if url is None else origin(url)

    @field_validator("rate_limit", "candidate_rate_limit", "stranger_rate_limit")
    @classmethod
    def _is_limit(cls, limit: str) -> str:
        parse(limit)  # raises ValueError
        return limit
