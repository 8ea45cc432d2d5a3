"""An interview's window in words, in Chinese and English.

Names of days, months and time zones are those of Unicode CLDR, by Babel.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime, get_timezone_gmt, get_timezone_name

from storage.messages.records import Language

_LOCALES: dict[Language, str] = {"zh": "zh_CN", "en": "en"}
_MOMENTS: dict[Language, str] = {"zh": "y年M月d日（EEE）HH:mm", "en": "EEE, d MMM y, HH:mm"}
_WINDOWS: dict[Language, str] = {"zh": "{}至{}", "en": "{} to {}"}
_ZONES: dict[Language, str] = {"zh": "（{}，UTC{}）", "en": " ({}, UTC{})"}


def window_in_zone(opens_at: datetime, closes_at: datetime, time_zone: str, language: Language) -> str | None:
    """The window in a time zone by its IANA name; None where there is no such zone.

    The zone is named once, or at both ends where summer time begins or ends between them.
    """
    zone = _zone(time_zone)
    if zone is None:
        return None
    ends = [_moment(end, zone, language) for end in (opens_at, closes_at)]
    names = [_zone_name(end, zone, language) for end in (opens_at, closes_at)]
    first = ends[0] if names[0] == names[1] else ends[0] + names[0]
    return _WINDOWS[language].format(first, ends[1]) + names[1]


def window_in_utc(opens_at: datetime, closes_at: datetime, language: Language) -> str:
    """The window in UTC."""
    ends = [_moment(end, UTC, language) for end in (opens_at, closes_at)]
    return _WINDOWS[language].format(*ends) + (" (UTC)" if language == "en" else "（UTC）")


def _zone(time_zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Names that look like paths raise ValueError or, for a folder of the database, OSError.
        return None


def _moment(moment: datetime, zone: tzinfo, language: Language) -> str:
    return format_datetime(moment, _MOMENTS[language], tzinfo=zone, locale=_LOCALES[language])


def _zone_name(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    locale, local = _LOCALES[language], moment.astimezone(zone)
    name = get_timezone_name(local, width="long", locale=locale)
    if name == get_timezone_gmt(local, width="long", locale=locale):
        name = zone.key  # Babel knows no name of it, and would tell the offset twice
    return _ZONES[language].format(name, format_datetime(moment, "xxx", tzinfo=zone, locale=locale))
