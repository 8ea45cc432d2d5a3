"""SMS to candidates, through an HTTP gateway.

For each SMS, Parley POSTs to the gateway's URL, with `Authorization: Bearer <token>`, the JSON object

    {"id": "<uuid of the message>", "to": "+8613800138000", "text": "..."}

`to` is a number in E.164 form, `text` any Unicode on one line. The gateway answers with

- any 2xx: it has accepted the SMS;
- 429 or any 5xx: it has not accepted it, and may do so later; Parley tries again, over more than a day;
- anything else: it never will; Parley gives it up, and tells the enterprise.

`id` is the same in every try of a message, and stands in the header `Idempotency-Key` as well: a gateway that has
accepted it must not send it a second time. Where no answer comes, Parley does not try again by itself.
"""

import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.delivery.message_outcomes import Refused, Uncertain
from serving.delivery.message_text import write_sms
from storage.errors import Unavailable
from storage.messages.records import Outgoing


class SmsSettings(BaseSettings):
    """How SMS are sent, read from PARLEY_* environment variables; without sms_gateway_url none is."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    sms_gateway_url: str | None = Field(
        default=None, description="http(s):// URL that SMS are posted to; the token has its own setting"
    )
    sms_gateway_token: SecretStr | None = Field(default=None, description="bearer token of the gateway")
    sms_gateway_ca_file: Path | None = Field(
        default=None, description="PEM file of authorities trusted beside the system's"
    )
    sms_timeout_s: float = Field(default=30, gt=0, le=300, description="patience with the gateway's answer")

    @field_validator("sms_gateway_url")
    @classmethod
    def _is_gateway(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must start with http:// or https://, and name a host")
        # HTTP clients and proxies log URLs.
        if parts.username is not None or parts.password is not None or parts.query:
            raise ValueError("it must hold no secret: no user, no password and no query")
        _ = parts.port  # raises where it is none
        return url

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.sms_gateway_url is not None and self.sms_gateway_token is None:
            raise ValueError("with sms_gateway_url, sms_gateway_token must be set as well")
        return self


class SmsSender:
    """Sends SMS. Raises OSError where sms_gateway_ca_file cannot be read."""

    def __init__(self, settings: SmsSettings) -> None:
        assert (
            settings.sms_gateway_url is not None and settings.sms_gateway_token is not None
        )  # the settings saw to both
        self._url = settings.sms_gateway_url
        self._token = settings.sms_gateway_token
        self._timeout_s = settings.sms_timeout_s
        self._tls = ssl.create_default_context()
        if settings.sms_gateway_ca_file is not None:
            self._tls.load_verify_locations(settings.sms_gateway_ca_file)

    def prepare(self, outgoing: Outgoing) -> Callable[[], Awaitable[None]]:
        """What sends the message; it raises as `send` does."""
        return partial(self.send, outgoing.id, outgoing.address, write_sms(outgoing))

    async def send(self, message_id: UUID, phone: str, text: str) -> None:
        """Send an SMS; returns once the gateway has accepted it.

        Raises Refused where the gateway will never take it, Unavailable where it certainly did not take it now, and
        Uncertain where the connection broke before it had answered.
        """
        try:
            async with httpx.AsyncClient(verify=self._tls, timeout=self._timeout_s) as client:
                answer = await client.post(
                    self._url,
                    json={"id": str(message_id), "to": phone, "text": text},
                    headers={
                        "Authorization": f"Bearer {self._token.get_secret_value()}",
                        "Idempotency-Key": str(message_id),
                    },
                )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unavailable("sms-gateway-unavailable", "The SMS gateway does not answer.") from error
        except httpx.HTTPError as error:
            raise Uncertain("The SMS gateway was lost before it had answered.") from error
        if answer.is_success:
            return
        told = f"The SMS gateway refused the SMS ({answer.status_code})."
        if answer.status_code == 429 or answer.is_server_error:
            raise Unavailable("sms-refused-for-now", told)
        raise Refused(told)
