"""The shapes of contact data."""

from typing import Annotated
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, Field


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise ValueError("write the number with its country, as +86 138 0013 8000") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError("this is not a number of its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("write a time zone of the IANA database, as Asia/Shanghai")
    return name


Email = Annotated[
    str,
    Field(
        min_length=3, max_length=320, pattern=r"^[^@\s\x00-\x1f<>]+@[^@\s\x00-\x1f<>]+$", examples=["ada@example.org"]
    ),
]
Phone = Annotated[
    str, Field(max_length=40, description="with its country, E.164: +8613800138000"), AfterValidator(_e164)
]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
