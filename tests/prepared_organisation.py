"""An organisation filled through the API, so that calls of it find something."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from api_bodies import interview_body

# Enough that what is used up leaves others.
_ROWS = 8
_RECORDING = b"a recording"
_UPLOAD = {"size": len(_RECORDING), "sha256": hashlib.sha256(_RECORDING).hexdigest()}

Row = dict[str, str | int]


def prepare(url: str, key: str, webhook_url: str) -> list[Row]:
    """Fill the organisation of a key that may do everything.

    Each row holds things that belong together, by the names that paths and bodies give their ids.
    """
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as api:
        return [_Row(api).made(webhook_url, is_over=number % 2 == 1) for number in range(_ROWS)]


class _Row:
    def __init__(self, api: httpx.Client) -> None:
        self._api = api
        self._ids: Row = dict(_UPLOAD)

    def made(self, webhook_url: str, is_over: bool) -> Row:
        """One of everything; is_over: the session was submitted, else it is open."""
        ids = self._ids
        endpoint = {"url": webhook_url, "event_types": ["application.stage_changed", "session.started"]}
        self._post("/v1/webhooks", endpoint, "webhook_id")
        self._post("/v1/api-keys", {"name": "spare", "scopes": ["positions:read"]}, "key_id")
        self._post("/v1/members", {"name": "Bo", "email": f"{uuid4()}@example.org", "role": "recruiter"}, "member_id")
        template = {"dimension": "service", "text": "Why?", "rubric": [{"text": "says why"}], "language": "en"}
        self._post("/v1/question-templates", template, "template_id")
        position = self._post("/v1/positions", {"title": "Clerk"}, "position_id")
        far = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        interview = interview_body(position["id"], closes_at=far, takes_allowed=3)
        self._post("/v1/interviews", interview, "interview_id")
        self._post("/v1/candidates", {"name": "Ada", "email": f"{uuid4()}@example.org"}, "candidate_id")
        self._uploaded(f"/v1/candidates/{ids['candidate_id']}/photo", {"content_type": "image/png"})
        self._uploaded(f"/v1/candidates/{ids['candidate_id']}/resume", {})
        invited = {"candidate_id": ids["candidate_id"], "channel": "mail"}
        invitation = self._post(f"/v1/interviews/{ids['interview_id']}/invitations", invited, "invitation_id")
        ids["session_id"] = invitation["session_id"]
        self._recorded(is_over)
        [application] = self._items("/v1/applications", candidate_id=ids["candidate_id"])
        ids["application_id"] = application["id"]
        delivery = self._items(f"/v1/webhooks/{ids['webhook_id']}/deliveries")[0]
        ids |= {"delivery_id": delivery["id"], "message_id": delivery["message_id"]}
        ids["outbox_message_id"] = self._items("/v1/messages", candidate_id=ids["candidate_id"])[0]["id"]
        erased = self._post("/v1/candidates", {"name": "Bo"})
        self._post(f"/v1/candidates/{erased['id']}/erasure", None, "erasure_id")
        return ids

    def _recorded(self, is_over: bool) -> None:
        path = f"/v1/sessions/{self._ids['session_id']}"
        self._post(f"{path}/accommodation", {"text_answers": True})
        self._post(f"{path}/accommodation/decision", {"granted": True})
        self._post(f"{path}/ready", {"latency_ms": 20, "upload_kbps": 5000, "quality": "high", "browser": "a test"})
        self._api.put(f"{path}/answers/1/text", json={"text": "I listened first."}).raise_for_status()
        take = self._uploaded(f"{path}/answers/1/takes", {"content_type": "video/webm"})
        self._ids |= {"take_id": take["id"], "question_number": 1, "number": 0}
        if is_over:
            self._post(f"/v1/takes/{take['id']}/complete", _UPLOAD)
            self._post(f"{path}/submit")

    def _uploaded(self, path: str, announced: dict[str, Any]) -> Any:
        made = self._post(path, announced | _UPLOAD)
        upload = made.get("upload", made)
        httpx.put(upload["url"], headers=upload["headers"], content=_RECORDING).raise_for_status()
        return made

    def _items(self, path: str, **query: Any) -> Any:
        answer = self._api.get(path, params=query)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()["items"]

    def _post(self, path: str, body: Any = None, keep: str | None = None) -> Any:
        answer = self._api.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        made = answer.json()
        if keep is not None:
            self._ids[keep] = made["id"]
        return made
