"""A message as mail programs read it: parts, headers, the QR code and the calendar entry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from uuid import uuid4

import pytest
import zxingcpp
from icalendar import Calendar
from message_samples import ADA, LINK
from PIL import Image

from serving.delivery.message_mime import compose_mail
from serving.delivery.message_outcomes import Refused
from storage.messages.records import Outgoing, Sitting

pytestmark = pytest.mark.unit

OPENS = datetime(2026, 11, 24, 9, tzinfo=UTC) - timedelta(hours=8)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
INVITATION = Outgoing(
    id=uuid4(),
    attempt=1,
    kind="invitation",
    decision=None,
    channel="mail",
    language="zh",
    recipient=ADA,
    address="ada@example.org",
    organisation="远景零售",
    position="门店经理",
    sitting=Sitting(uuid4(), OPENS, OPENS + timedelta(days=2), 30),
    link=LINK,
    code=None,
    contact=None,
)


def received(outgoing: Outgoing) -> EmailMessage:
    """The mail as it arrives."""
    content = compose_mail(outgoing, "hr@acme.example", NOW).as_bytes()
    assert content.isascii() and max(map(len, content.split(b"\r\n"))) <= 998
    return message_from_bytes(content, EmailMessage, policy=default)


def part(mail: EmailMessage, content_type: str) -> EmailMessage:
    [found] = [part for part in mail.walk() if part.get_content_type() == content_type]
    assert isinstance(found, EmailMessage)
    return found


def test_the_parts_stand_where_mail_programs_look_for_them() -> None:
    mail = received(INVITATION)
    assert [p.get_content_type() for p in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "text/calendar",
    ]  # fmt: skip
    picture = part(mail, "image/png")
    assert picture["Content-ID"] == "<qr-code>" and picture.get_content_disposition() == "inline"
    assert 'src="cid:qr-code"' in part(mail, "text/html").get_content()
    assert part(mail, "text/calendar").get_filename() == "interview.ics"
    assert mail["From"] == "远景零售 <hr@acme.example>"
    assert mail["To"] == "Ada <ada@example.org>"
    assert mail["Message-ID"] == f"<{INVITATION.id}@acme.example>"
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("zh-CN", "auto-generated")
    assert mail.defects == []


def test_the_code_leads_to_the_link() -> None:
    picture = Image.open(BytesIO(part(received(INVITATION), "image/png").get_content()))
    shown = picture.convert("L").resize((200, 200))  # as the mail shows it
    [code] = zxingcpp.read_barcodes(shown)
    assert (code.text, code.format) == (LINK, zxingcpp.BarcodeFormat.QRCode)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_calendar_entry_holds_the_window_in_utc_and_the_link(language: str) -> None:
    mail = received(replace(INVITATION, language=language, organisation='A "quoted", Org; Ltd\\'))  # type: ignore[arg-type]
    assert part(mail, "text/calendar").get_content_charset() == "utf-8"
    calendar = Calendar.from_ical(part(mail, "text/calendar").get_content())
    [event] = calendar.walk("VEVENT")
    assert INVITATION.sitting is not None
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (OPENS, INVITATION.sitting.closes_at)
    assert event["dtstart"].to_ical().endswith(b"Z")
    assert event["url"] == LINK and LINK in event["description"]
    assert event["uid"] == f"{INVITATION.sitting.session_id}@acme.example"
    assert event["organizer"].params["CN"] == 'A "quoted", Org; Ltd\\'
    assert (calendar["method"], event["transp"]) == ("PUBLISH", "TRANSPARENT")
    [alarm] = calendar.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(minutes=-10)


def test_names_of_several_lines_make_no_headers() -> None:
    evil = "Ada\r\nBcc: eve@example.org\r\n\r\n<b>"
    mail = received(replace(INVITATION, recipient=replace(ADA, name=evil), position=evil, organisation=evil))
    plain = received(INVITATION)
    assert mail.keys() == plain.keys() and mail["Bcc"] is None
    assert [a.addr_spec for a in mail["To"].addresses] == ["ada@example.org"]
    assert [a.addr_spec for a in mail["From"].addresses] == ["hr@acme.example"]
    assert mail["To"].addresses[0].display_name == "Ada Bcc: eve@example.org <b>"
    calendar = Calendar.from_ical(part(mail, "text/calendar").get_content())
    assert [component.name for component in calendar.walk()] == ["VCALENDAR", "VEVENT", "VALARM"]


def test_a_message_without_a_link_carries_no_code_and_no_calendar() -> None:
    mail = received(replace(INVITATION, kind="interview_done", link=None))
    assert [p.get_content_type() for p in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    "address",
    ["a,b@c", "a@b@c", "a b@c.d", "@", "a@", "@b", "a@b\r\nBcc: c@d", "ü@example.org", "a@" + "x" * 70, "a..b@c"],
)
def test_an_address_that_mail_cannot_be_sent_to_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="not one that mail can be sent to"):
        compose_mail(replace(INVITATION, address=address), "hr@acme.example", NOW)


def test_a_domain_may_be_in_any_script() -> None:
    mail = received(replace(INVITATION, address="ada@例子.cn"))
    assert mail["To"].addresses[0].addr_spec == "ada@xn--fsqu00a.cn"
