"""What an operator sets: where Parley keeps its data, where it listens, and which servers it uses."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class OpsSettings(BaseSettings):
    """Settings of the ops room, read from PARLEY_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    home: Path = Field(default=Path(".parley"), description="folder of everything the embedded servers keep")
    profile: str = Field(default="embedded", description="resources: embedded, cluster, or the path of a TOML file")
    engine: Literal["models", "timed"] = Field(
        default="models", description="timed: scripted results at measured service times, to load the rest of Parley"
    )
    host: str = Field(default="127.0.0.1", description="address the front listens on")
    port: int | None = Field(default=None, ge=1, le=65535, description="port of the front; 8000 or a free one if unset")
    tls_certificate: Path | None = Field(
        default=None,
        description="PEM file of the front's certificate and those between it and its authority; with it,"
        " the front speaks HTTPS alone",
    )
    tls_key: Path | None = Field(default=None, description="PEM file of the certificate's key, without a passphrase")
    postgres_port: int | None = Field(default=None, ge=1, le=65535)
    s3_port: int | None = Field(default=None, ge=1, le=65535)
    database_url: SecretStr | None = Field(default=None, description="an external Postgres; needs s3_url too")
    s3_url: str | None = Field(default=None, description="an external S3 endpoint; needs database_url too")
