"""An enterprise and its candidate, as they use the public HTTP API."""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from loadtests.refused import Refused
from loadtests.script import Script

Json = dict[str, Any]


class Client:
    """Speaks API v1 with one key, within a `with` block. Every method raises Refused where the API refuses."""

    def __init__(self, url: str, key: str) -> None:
        self._api = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        self._s3 = httpx.Client(timeout=300)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._api.close()
        self._s3.close()

    def get(self, path: str) -> Any:
        return self._checked(self._api.get(path))

    def post(self, path: str, body: Json | None = None) -> Any:
        return self._checked(self._api.post(path, json=body or {}))

    def create_interview(self, script: Script, **changes: Any) -> Json:
        """A position and an interview of it, open for a day."""
        position = self.post("/v1/positions", {"title": script.position})
        now = datetime.now(UTC)
        interview = {
            "position_id": position["id"],
            "title": script.title,
            "language": script.language,
            "opens_at": now.isoformat(),
            "closes_at": (now + timedelta(days=1)).isoformat(),
            "state": "published",
            "dimensions": script.dimensions,
            "questions": [answer.question for answer in script.answers],
        }
        created: Json = self.post("/v1/interviews", interview | changes)
        return created

    def invite(self, interview: Json, name: str, photo: bytes | None = None) -> Json:
        """A candidate with a session of the interview; `photo` is a JPEG for the identity check."""
        candidate = self.post("/v1/candidates", {"name": name})
        if photo is not None:
            path = f"/v1/candidates/{candidate['id']}/photo"
            self.send(self.post(path, announcement(photo, "image/jpeg")), photo)
            self.post(f"{path}/complete", completion(photo))
        session: Json = self.post("/v1/sessions", {"interview_id": interview["id"], "candidate_id": candidate["id"]})
        return session

    def invite_by_link(self, interview: Json, name: str, **person: Any) -> Json:
        """A new candidate (with `person` as the API takes it) and their invitation: its `url` opens the page."""
        body = {"candidate": {"name": name} | person, "channel": "link"}
        invitation: Json = self.post(f"/v1/interviews/{interview['id']}/invitations", body)
        return invitation

    def answer(self, session: Json, number: int, recording: bytes, content_type: str = "video/webm") -> Json:
        """Upload a recording as a take of the answer to a question."""
        path = f"/v1/sessions/{session['id']}/answers/{number}/takes"
        take = self.post(path, announcement(recording, content_type))
        self.send(take["upload"], recording)
        stored: Json = self.post(f"/v1/takes/{take['id']}/complete", completion(recording))
        return stored

    def send(self, upload: Json, body: bytes) -> None:
        """Put bytes where an upload says; raises httpx.HTTPStatusError where S3 refuses them."""
        self._s3.request(upload["method"], upload["url"], content=body, headers=upload["headers"]).raise_for_status()

    def submit(self, session: Json, **choices: Any) -> Json:
        submitted: Json = self.post(f"/v1/sessions/{session['id']}/submit", choices)
        return submitted

    def await_report(self, session: Json, seconds: float, every_s: float = 0.25) -> Json:
        """The report, polled each `every_s`; raises TimeoutError after `seconds`, Refused where processing gave up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                report: Json = self.get(f"/v1/sessions/{session['id']}/report")
            except Refused as refused:
                if refused.code != "report-not-ready":
                    raise
                time.sleep(every_s)
            else:
                return report
        raise TimeoutError(f"no report after {seconds:.0f} s")

    @staticmethod
    def _checked(response: httpx.Response) -> Any:
        if response.is_error:
            raise Refused(response)
        return response.json()


def announcement(body: bytes, content_type: str) -> Json:
    """What is said of a file before it is uploaded."""
    return {"content_type": content_type, **completion(body)}


def completion(body: bytes) -> Json:
    """What is said of a file after it is uploaded."""
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
