"""An interview's window in the words of either language."""

from datetime import UTC, datetime

import pytest

from serving.delivery.message_times import window_in_utc, window_in_zone

pytestmark = pytest.mark.unit

OPENS = datetime(2026, 10, 24, 12, tzinfo=UTC)
CLOSES = datetime(2026, 10, 26, 12, tzinfo=UTC)


def test_where_summer_time_ends_within_the_window_both_ends_name_their_time() -> None:
    assert window_in_zone(OPENS, CLOSES, "Europe/Berlin", "en") == (
        "Sat, 24 Oct 2026, 14:00 (Central European Summer Time, UTC+02:00)"
        " to Mon, 26 Oct 2026, 13:00 (Central European Standard Time, UTC+01:00)"
    )
    assert window_in_zone(OPENS, CLOSES, "Europe/Berlin", "zh") == (
        "2026年10月24日（周六）14:00（中欧夏令时间，UTC+02:00）至2026年10月26日（周一）13:00（中欧标准时间，UTC+01:00）"
    )


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Asia/Tokyo", "21:00 (Japan Standard Time, UTC+09:00)"), ("Asia/Kolkata", "17:30 (Asia/Kolkata, UTC+05:30)")],
)
def test_a_zone_without_summer_time_is_named_once(zone: str, told: str) -> None:
    time = told[:5]
    assert window_in_zone(OPENS, CLOSES, zone, "en") == f"Sat, 24 Oct 2026, {time} to Mon, 26 Oct 2026, {told}"


def test_utc() -> None:
    assert window_in_utc(OPENS, CLOSES, "zh") == "2026年10月24日（周六）12:00至2026年10月26日（周一）12:00（UTC）"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "Asia", "a\0b", "x" * 5000])
def test_what_is_no_zone_is_none(zone: str) -> None:
    assert window_in_zone(OPENS, CLOSES, zone, "en") is None
