"""What a mail carries beside its words: the link as a QR code, and the interview's window as a calendar entry."""

import io
from datetime import UTC, datetime, timedelta

import segno
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from serving.delivery.message_text import Words
from storage.messages.records import Sitting

# Devices are to be checked so long before the interview.
_EARLY = timedelta(minutes=10)


def qr_png(link: str) -> bytes:
    """The link as a QR code: a PNG of a few hundred pixels a side, with the quiet zone that ISO/IEC 18004 asks for."""
    picture = io.BytesIO()
    segno.make(link, error="m", micro=False).save(picture, kind="png", scale=6, border=4)
    return picture.getvalue()


def calendar_entry(sitting: Sitting, words: Words, sender: str, now: datetime) -> bytes:
    """An iCalendar file (RFC 5545, published as RFC 5546 tells) that holds the window in UTC and the link.

    The window does not make its reader busy: the interview takes a part of it. The same session has the same UID, so
    a later mail about it replaces the entry.
    """
    organizer = vCalAddress(f"mailto:{sender}")
    organizer.params["CN"] = vText(words.organisation)
    event = Event()
    event.add("uid", f"{sitting.session_id}@{sender.rpartition('@')[2]}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", sitting.opens_at.astimezone(UTC))
    event.add("dtend", sitting.closes_at.astimezone(UTC))
    event.add("summary", words.subject)
    event.add("description", words.calendar_note)
    event.add("transp", "TRANSPARENT")
    event.add("organizer", organizer)
    if words.link is not None:
        event.add("url", words.link)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -_EARLY)
    alarm.add("description", words.subject)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Parley//Interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
