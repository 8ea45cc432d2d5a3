"""Request bodies as an enterprise sends them."""

from datetime import UTC, datetime, timedelta
from typing import Any


def interview_body(position_id: str, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "position_id": position_id,
        "title": "Team lead",
        "language": "en",
        "state": "published",
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
        "dimensions": [{"name": "service", "weight": 60}, {"name": "teamwork", "weight": 40}],
        "questions": [
            {"dimension": "service", "text": "An upset customer?", "rubric": [{"text": "listens"}]},
            {"dimension": "teamwork", "text": "Your team?", "rubric": [{"text": "shares"}]},
        ],
    } | changes
