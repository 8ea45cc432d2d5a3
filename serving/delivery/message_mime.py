"""A message as MIME: plain text and HTML, the QR code within the HTML, the calendar entry beside both."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from serving.delivery.message_attachments import calendar_entry, qr_png
from serving.delivery.message_outcomes import Refused
from serving.delivery.message_text import QR_CONTENT_ID, one_line, write_mail
from storage.messages.records import Outgoing


def compose_mail(outgoing: Outgoing, sender: str, now: datetime) -> EmailMessage:
    """The mail, from the organisation's name at the address `sender`; raises Refused where its recipient's is none.

    Its Message-ID is the message's own id: whoever receives a message twice can tell so (RFC 5322, section 3.6.4).
    """
    words = write_mail(outgoing)
    mail = EmailMessage(SMTP)
    mail["From"] = Address(display_name=words.organisation, addr_spec=sender)
    mail["To"] = _recipient(outgoing)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{outgoing.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes, please
    # Base64 passes every server, however long the lines.
    mail.set_content(words.text, cte="base64")
    mail.add_alternative(words.html, subtype="html", cte="base64")
    if words.link is not None:
        *_, html = mail.iter_parts()
        assert isinstance(html, EmailMessage)  # it was just added
        html.add_related(
            qr_png(words.link), "image", "png", cid=f"<{QR_CONTENT_ID}>", filename="qr.png", disposition="inline"
        )
        if outgoing.sitting is not None:
            mail.add_attachment(
                calendar_entry(outgoing.sitting, words, sender, now).decode(),
                subtype="calendar",
                cte="base64",
                filename="interview.ics",
                params={"method": "PUBLISH"},
            )
    # Making it multipart moves all Content- headers into its first part, so this one comes last (RFC 3282).
    mail["Content-Language"] = words.language_tag
    return mail


def _recipient(outgoing: Outgoing) -> Address:
    local, _, domain = outgoing.address.rpartition("@")
    try:
        # A domain may be in any script (RFC 3490). What stands before the @ must be ASCII: few servers take more.
        ascii_domain = domain.encode("idna").decode()
        return Address(one_line(outgoing.recipient.name), addr_spec=f"{local}@{ascii_domain}")
    except (MessageError, ValueError, IndexError) as error:
        raise Refused("The candidate's e-mail address is not one that mail can be sent to.") from error
