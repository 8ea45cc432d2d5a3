"""Versions of what can be changed: ETag tells one, If-Match names the one that was seen (RFC 9110, 8.8 and 13.1)."""

import re
from typing import Any

from starlette.requests import Request

from frontends.problems import ProblemError
from storage.updates import ANY_VERSION

_ETAG = re.compile(r'"(\d{1,9})"')


def etag(value: Any) -> dict[str, str]:
    """The ETag header of what has a version; nothing for what has none."""
    version = getattr(value, "version", None)
    return {"ETag": f'"{version}"'} if isinstance(version, int) else {}


def seen_version(request: Request) -> int:
    """The version that If-Match names; raises ProblemError 428 where there is none, 412 where no version looks so."""
    given = request.headers.get("If-Match")
    if given is None:
        raise ProblemError(428, "if-match-missing", "Send the ETag of what you have read as If-Match, or * for any.")
    if given.strip() == "*":
        return ANY_VERSION
    match = _ETAG.fullmatch(given.strip())
    if match is None:
        raise ProblemError(412, "version-changed", "If-Match is no ETag of this: read it again, then change it.")
    return int(match[1])
