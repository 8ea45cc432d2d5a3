"""Retention at work: once in a while, what was kept long enough is deleted."""

import asyncio
from typing import NoReturn

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.errors import Unavailable
from storage.retention.schedule import Retention

_log = structlog.get_logger()


class RetentionSettings(BaseSettings):
    """Settings of the schedule, read from PARLEY_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    retention_every_s: float = Field(
        default=3600, gt=0, description="seconds between looks for what was kept as long as its policy says"
    )


async def keep_retention(retention: Retention, settings: RetentionSettings) -> NoReturn:
    """Sweep for ever; where a server does not answer, the next time finds what is still due."""
    while True:
        try:
            await retention.sweep()
        except Unavailable as error:
            _log.warning("retention not finished", error=error.code)
        await asyncio.sleep(settings.retention_every_s)
