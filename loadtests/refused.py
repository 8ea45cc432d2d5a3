"""A server's refusal: the front's problem+json, or an S3 error."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx


class Refused(Exception):
    """The front or S3 answered with an error.

    status: HTTP status. code: the problem's stable code, "unknown" where the answer is no problem+json.
    retry_after_s: seconds after which the server wants to be asked again (RFC 9110, 10.2.3); None: it doesn't say.
    """

    def __init__(self, response: httpx.Response) -> None:
        problem = response.json() if "json" in response.headers.get("content-type", "") else {}
        self.status = response.status_code
        self.code: str = problem.get("code", "unknown")
        self.retry_after_s = _retry_after_s(response.headers.get("retry-after", ""))
        super().__init__(f"{self.status} {self.code}: {problem.get('detail', response.text[:200])}")


def _retry_after_s(value: str) -> float | None:
    if value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
