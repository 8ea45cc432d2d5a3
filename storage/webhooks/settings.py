"""Where webhooks may go."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebhookSettings(BaseSettings):
    """Settings of webhooks, read from PARLEY_WEBHOOKS_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_WEBHOOKS_", extra="ignore")

    allow_private: bool = Field(
        default=False, description="send webhooks to private, loopback and other addresses that are not public, too"
    )
    allow_http: bool = Field(
        default=False, description="send webhooks over http, too: others can read them on their way"
    )
