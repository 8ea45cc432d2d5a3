"""The words of a message, from its template: serving/delivery/templates/<language>/<kind>.txt and .html.

A .txt template has a block for the subject, for the mail as plain text, for its calendar entry's note and for the SMS.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from serving.delivery.message_times import window_in_utc, window_in_zone
from storage.messages.records import CODE_MINUTES, Outgoing

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}

# The picture of the QR code within a mail.
QR_CONTENT_ID = "qr-code"


@dataclass(frozen=True)
class Words:
    """A message in words; `organisation` and `subject` are one line each."""

    language_tag: str
    organisation: str
    subject: str
    text: str
    html: str
    calendar_note: str
    link: str | None


def write_mail(outgoing: Outgoing) -> Words:
    """The words of a mail."""
    values = _values(outgoing)
    plain = _TEMPLATES.get_template(f"{outgoing.language}/{outgoing.kind}.txt")
    subject = one_line(_block(plain, "subject", values))
    html = _TEMPLATES.get_template(f"{outgoing.language}/{outgoing.kind}.html").render(values | {"subject": subject})
    return Words(
        language_tag=_HTML_LANGUAGES[outgoing.language],
        organisation=one_line(outgoing.organisation),
        subject=subject,
        text=_block(plain, "text", values).strip() + "\n",
        html=html,
        calendar_note=_block(plain, "calendar", values).strip(),
        link=outgoing.link,
    )


def write_sms(outgoing: Outgoing) -> str:
    """The words of an SMS, on one line."""
    plain = _TEMPLATES.get_template(f"{outgoing.language}/{outgoing.kind}.txt")
    return one_line(_block(plain, "sms", _values(outgoing)))


def one_line(text: str) -> str:
    """The text without line breaks, control and invisible format characters, its white space single.

    So a name can neither begin a header or a line of its own, nor turn the direction of what follows it.
    """
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") else c for c in text)
    return " ".join(visible.split())


def _block(template: Template, name: str, values: dict[str, object]) -> str:
    return "".join(template.blocks[name](template.new_context(values)))


def _values(outgoing: Outgoing) -> dict[str, object]:
    values: dict[str, object] = {
        "language_tag": _HTML_LANGUAGES[outgoing.language],
        "name": one_line(outgoing.recipient.name),
        "organisation": one_line(outgoing.organisation),
        "position": one_line(outgoing.position),
        "contact": one_line(outgoing.contact) if outgoing.contact else None,
        "decision": outgoing.decision,
        "link": outgoing.link,
        "code": outgoing.code,
        "code_minutes": CODE_MINUTES,
        "qr": f"cid:{QR_CONTENT_ID}",
    }
    sitting = outgoing.sitting
    if sitting is not None:
        window = (sitting.opens_at, sitting.closes_at)
        zone = outgoing.recipient.time_zone
        values |= {
            "minutes": sitting.minutes,
            "window": window_in_zone(*window, zone, outgoing.language) if zone else None,
            "window_utc": window_in_utc(*window, outgoing.language),
        }
    return values
