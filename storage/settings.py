"""Where Postgres and S3 are: given by the environment, or by the embedded servers through it."""

import ssl
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def origin(url: str) -> str:
    """An http(s) URL without a path, as it begins others; raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError("it must be http(s)://host[:port] without a path")
    return url.rstrip("/")


class StorageSettings(BaseSettings):
    """Settings of the storage room, read from PARLEY_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    database_url: SecretStr = Field(
        description="postgresql:// URL of the database; its role owns the tables. ?sslmode=verify-full&sslrootcert=FILE"
        " has it reached by TLS alone, and its certificate checked"
    )
    database_pool_size: int = Field(default=8, ge=1, description="largest number of connections of one process")
    field_keys: SecretStr = Field(
        description="comma-separated Fernet keys that contact data is encrypted under, the newest first"
    )
    s3_url: str = Field(description="http(s):// URL of the S3 endpoint, without a path")
    s3_public_url: str | None = Field(
        default=None, description="the S3 endpoint as candidates reach it, where that differs from s3_url"
    )
    s3_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authorities that an https S3 endpoint is trusted by; the system's if unset",
    )
    s3_sse: Literal["none", "AES256", "aws:kms"] = Field(
        default="none", description="how S3 encrypts what it stores: with its own key, or with one of its key service"
    )
    s3_sse_key_id: str | None = Field(
        default=None, pattern=r"^[\x21-\x7e]{1,2048}$", description="the key service's key; its default one if unset"
    )
    s3_access_key: SecretStr
    s3_secret_key: SecretStr
    s3_region: str = "us-east-1"
    s3_bucket: str = "parley"
    upload_url_seconds: int = Field(default=900, ge=1, le=604_800, description="life of a presigned upload URL")

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr) -> SecretStr:
        if urlsplit(url.get_secret_value()).scheme not in ("postgresql", "postgres"):
            raise ValueError("it must start with postgresql://")
        return url

    @field_validator("s3_url", "s3_public_url")
    @classmethod
    def _is_endpoint(cls, url: str | None) -> str | None:
        return None if url is None else origin(url)

    @field_validator("s3_ca_file")
    @classmethod
    def _holds_authorities(cls, path: Path | None) -> Path | None:
        if path is not None:
            try:
                ssl.create_default_context(cafile=path)
            except OSError as error:  # ssl.SSLError is one
                raise ValueError(f"{path} holds no certificate in PEM that can be read") from error
        return path

    @field_validator("s3_sse_key_id")
    @classmethod
    def _is_of_the_key_service(cls, key_id: str | None, others: ValidationInfo) -> str | None:
        if key_id is not None and others.data.get("s3_sse") != "aws:kms":
            raise ValueError("it goes with PARLEY_S3_SSE=aws:kms alone")
        return key_id
