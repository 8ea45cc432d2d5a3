"""The durable job that sends a message: claim, send, settle."""

from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from serving.delivery.mail import MailSender, MailSettings
from serving.delivery.message_outcomes import Refused, Uncertain
from serving.delivery.sms import SmsSender, SmsSettings
from storage.database import Database
from storage.errors import Unavailable
from storage.jobs.worker import Task
from storage.messages.records import Channel, Outgoing, RecipientLookup
from storage.messages.sending import Outcome, claim_message, give_up_message, settle_message
from storage.messages.transactions import DELIVER_MESSAGE

_log = structlog.get_logger()

# What became of a message is worth waiting for a database that restarts: untold, it would be unknown.
_SETTLE_WITHIN_S = 30.0


class Sender(Protocol):
    """A way to send messages."""

    def prepare(self, outgoing: Outgoing) -> Callable[[], Awaitable[None]]:
        """What sends the message, once: it raises Refused, Uncertain, or Unavailable where it certainly was not sent.

        Raises Refused itself where it cannot be composed.
        """


class MessageDelivery:
    """Sends queued messages by the channels that are set."""

    def __init__(self, database: Database, recipients: RecipientLookup, mail: MailSettings, sms: SmsSettings) -> None:
        self._database = database
        self._recipients = recipients
        self._senders: dict[Channel, Sender] = {}
        if mail.smtp_url is not None:
            self._senders["mail"] = MailSender(mail)
        if sms.sms_gateway_url is not None:
            self._senders["sms"] = SmsSender(sms)

    def task(self) -> Task:
        """How a JobWorker delivers messages."""
        return Task(DELIVER_MESSAGE, self.run, self.give_up)

    async def run(self, organisation_id: UUID, message_id: UUID) -> None:
        """Send a message, unless it was sent or called off; raises Unavailable where it is worth another try."""
        try:
            async with self._database.transaction(organisation_id) as connection:
                outgoing = await claim_message(connection, message_id, self._recipients)
                if outgoing is None:
                    return
                # Composed before the claim is committed: a message that cannot be composed was certainly not sent.
                send = self._sender(outgoing.channel).prepare(outgoing)
        except Refused as refusal:
            await self.give_up(organisation_id, message_id, refusal.reason)
            return
        try:
            await send()
        except Refused as refusal:
            await self._settle(organisation_id, outgoing, "failed", refusal.reason)
        except Uncertain as doubt:
            await self._settle(organisation_id, outgoing, "unknown", doubt.reason)
        except Unavailable as trouble:
            await self._settle(organisation_id, outgoing, "queued", trouble.message)
            raise
        else:
            await self._settle(organisation_id, outgoing, "sent")

    async def give_up(self, organisation_id: UUID, message_id: UUID, reason: str) -> None:
        """Tell that a message was not sent, and why."""
        async with self._database.transaction(organisation_id) as connection:
            await give_up_message(connection, message_id, reason)
        _log.warning("message given up", message=str(message_id))

    def _sender(self, channel: Channel) -> Sender:
        if channel not in self._senders:
            setting = "PARLEY_SMTP_URL" if channel == "mail" else "PARLEY_SMS_GATEWAY_URL"
            raise Refused(f"Parley is not set to send this: {setting} is missing.")
        return self._senders[channel]

    async def _settle(
        self, organisation_id: UUID, outgoing: Outgoing, outcome: Outcome, reason: str | None = None
    ) -> None:
        async for attempt in AsyncRetrying(
            stop=stop_after_delay(_SETTLE_WITHIN_S),
            wait=wait_fixed(1),
            retry=retry_if_exception_type(Unavailable),
            reraise=True,
        ):
            with attempt:
                async with self._database.transaction(organisation_id) as connection:
                    await settle_message(connection, outgoing.id, outgoing.attempt, outcome, reason)
        _log.info("message tried", message=str(outgoing.id), channel=outgoing.channel, outcome=outcome)
