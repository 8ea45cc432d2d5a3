"""Mail to candidates, through an SMTP server."""

import re
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from serving.delivery.message_mime import compose_mail
from serving.delivery.message_outcomes import Refused, Uncertain
from storage.errors import Unavailable
from storage.messages.records import Outgoing

# RFC 3463: 5.1.1 and its like tell more than the code of three digits, and quote nobody.
_ENHANCED_CODE = re.compile(r"\d\.\d{1,3}\.\d{1,3}\b")


class MailSettings(BaseSettings):
    """How mail is sent, read from PARLEY_* environment variables; without smtp_url none is."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    smtp_url: SecretStr | None = Field(
        default=None,
        description="smtp://[user:password@]host[:587], or smtps:// (TLS from the first byte, port 465);"
        " user and password percent-encoded",
    )
    smtp_starttls: Literal["required", "optional"] = Field(
        default="required",
        description="for smtp://; optional: in plain where the server offers no STARTTLS, and without a password",
    )
    smtp_verify: bool = Field(default=True, description="whether the server's certificate is verified")
    smtp_ca_file: Path | None = Field(default=None, description="PEM file of authorities trusted beside the system's")
    smtp_timeout_s: float = Field(default=30, gt=0, le=300, description="patience with each of the server's answers")
    mail_sender: str | None = Field(
        default=None,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$",
        description="address that mail comes from; the organisation's name stands before it",
    )

    @field_validator("smtp_url")
    @classmethod
    def _is_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        parts = urlsplit(url.get_secret_value())
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("it must be smtp(s)://[user:password@]host[:port]")
        if (parts.username is None) != (parts.password is None):
            raise ValueError("it must hold both a user and a password, or neither")
        _ = parts.port  # raises where it is none
        return url

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.smtp_url is None:
            return self
        if self.mail_sender is None:
            raise ValueError("with smtp_url, mail_sender must be set as well")
        parts = urlsplit(self.smtp_url.get_secret_value())
        if parts.scheme == "smtp" and parts.username is not None and self.smtp_starttls == "optional":
            raise ValueError("a password is never sent in plain: with one, smtp_starttls must be required")
        return self


class MailSender:
    """Sends mail, each over a connection of its own. Raises OSError where smtp_ca_file cannot be read."""

    def __init__(self, settings: MailSettings) -> None:
        assert settings.smtp_url is not None and settings.mail_sender is not None  # the settings saw to both
        self._server: SplitResult = urlsplit(settings.smtp_url.get_secret_value())
        self._sender = settings.mail_sender
        self._settings = settings
        self._tls = ssl.create_default_context()
        if settings.smtp_ca_file is not None:
            self._tls.load_verify_locations(settings.smtp_ca_file)
        if not settings.smtp_verify:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE

    def prepare(self, outgoing: Outgoing) -> Callable[[], Awaitable[None]]:
        """What sends the message; it raises as `send` does. Raises Refused where the address is none."""
        return partial(self.send, compose_mail(outgoing, self._sender, datetime.now(UTC)))

    async def send(self, mail: EmailMessage) -> None:
        """Send a mail to its one recipient; returns once the server has accepted it.

        Raises Refused where the server will never take it, Unavailable where it certainly did not take it now (it is
        away, busy, or refuses our sign-in), and Uncertain where the connection broke once it had begun to take it.
        """
        client = self._client()
        [recipient] = mail["To"].addresses
        begun = accepted = False
        try:
            async with client:
                await client.mail(self._sender)
                await client.rcpt(recipient.addr_spec)
                begun = True
                await client.data(mail.as_bytes())
                accepted = True
        # Servers quote addresses: their words are in no chain of exceptions, which logs may show.
        except aiosmtplib.SMTPRecipientRefused as error:
            raise _answered(error, "The mail server refused the recipient") from None
        except aiosmtplib.SMTPDataError as error:
            raise _answered(error, "The mail server refused the mail") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if accepted:
                return  # only the farewell went wrong
            if begun:
                raise Uncertain("The mail server was lost while it took the mail.") from None
            raise _not_begun(error) from None

    def _client(self) -> aiosmtplib.SMTP:
        tls_first = self._server.scheme == "smtps"
        # None: where the server offers it.
        upgrade = True if self._settings.smtp_starttls == "required" else None
        return aiosmtplib.SMTP(
            hostname=self._server.hostname,
            port=self._server.port or (465 if tls_first else 587),
            username=unquote(self._server.username) if self._server.username else None,
            password=unquote(self._server.password) if self._server.password else None,
            use_tls=tls_first,
            start_tls=False if tls_first else upgrade,
            tls_context=self._tls,
            timeout=self._settings.smtp_timeout_s,
        )


def _answered(error: aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError, what: str) -> Refused | Unavailable:
    told = f"{what} ({_codes(error)})."
    return Refused(told) if error.code >= 500 else Unavailable("mail-refused-for-now", told)


def _not_begun(error: Exception) -> Unavailable:
    """Whatever keeps us from handing over a mail: somebody may repair it within the day that it is tried."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        told = f"The mail server refused our sign-in ({_codes(error)})."
    elif isinstance(error, aiosmtplib.SMTPSenderRefused):
        told = f"The mail server refused our sender's address ({_codes(error)})."
    elif isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        told = "The mail server's certificate is not trusted, or TLS failed otherwise."
    elif isinstance(error, aiosmtplib.SMTPResponseException):
        told = f"The mail server is not ready ({_codes(error)})."
    elif isinstance(error, (ConnectionError, TimeoutError)):
        told = "The mail server does not answer."
    else:
        told = f"The mail server does not do what is needed ({type(error).__name__})."
    return Unavailable("mail-server-unavailable", told)


def _codes(error: aiosmtplib.SMTPResponseException) -> str:
    enhanced = _ENHANCED_CODE.match(error.message)
    return f"{error.code} {enhanced[0]}" if enhanced else str(error.code)
