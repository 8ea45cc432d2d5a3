"""The Idempotency-Key header: a POST that is sent again gets its first answer."""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from frontends.problems import ProblemError
from storage.access import Actor
from storage.database import Connection
from storage.idempotency.transactions import KeptAnswer, claim_key, keep_answer

_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("content-type", "etag", "location")


class Idempotency:
    """One request's key, or none: then nothing is kept. Raises ProblemError 400 for a key that is none."""

    def __init__(self, request: Request, actor: Actor, body_digest: bytes) -> None:
        self._key = request.headers.get(_HEADER) if request.method == "POST" else None
        if self._key is not None and not _KEY.fullmatch(self._key):
            raise ProblemError(400, "idempotency-key-invalid", f"{_HEADER} holds 1 to 255 visible ASCII characters.")
        self._actor_id = actor.id
        content = f"{request.method} {request.url.path}\n{request.headers.get('content-type', '')}\n".encode()
        self._request = hashlib.sha256(content + body_digest).digest()

    async def first_answer(self, connection: Connection) -> Response | None:
        """The answer that was given before, or None where this request is the first."""
        if self._key is None or self._actor_id is None:
            return None
        answer = await claim_key(connection, self._actor_id, self._key, self._request)
        if answer is None:
            return None
        return Response(answer.body, answer.status, {**answer.headers, "Idempotency-Replayed": "true"})

    async def keep(self, connection: Connection, response: Response) -> None:
        """Keep the answer, in the transaction of what was done."""
        if self._key is None or self._actor_id is None:
            return
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        answer = KeptAnswer(response.status_code, headers, bytes(response.body).decode())
        await keep_answer(connection, self._actor_id, self._key, answer)
