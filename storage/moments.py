"""Moments as callers write them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator


def _read(value: Any) -> Any:
    # pydantic alone takes numbers, and texts of digits, for seconds since 1970.
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and "-" in value[:5]:
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            pass
    raise ValueError("write a date and time as RFC 3339 has it, as 2026-01-31T09:00:00+08:00")


Moment = Annotated[AwareDatetime, BeforeValidator(_read)]
