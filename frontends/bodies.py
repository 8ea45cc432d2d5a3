"""Request bodies: read whole before anything is done, so that a slow sender holds no transaction."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from starlette.requests import ClientDisconnect, Request

from frontends.problems import ProblemError

# Larger bodies wait in a file, which has no name and goes with the request.
_IN_MEMORY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Body:
    """A request's body, from its beginning, and the SHA-256 of its bytes."""

    file: BinaryIO
    digest: bytes


@asynccontextmanager
async def spooled(request: Request, limit: int) -> AsyncIterator[Body]:
    """The request's body; raises ProblemError 413 beyond `limit` bytes."""
    size, digest = 0, hashlib.sha256()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
        try:
            async for block in request.stream():
                size += len(block)
                if size > limit:
                    raise ProblemError(413, "body-too-large", f"A request body has at most {limit} bytes.")
                digest.update(block)
                file.write(block)
        except ClientDisconnect:
            # Nobody reads this answer; it is no defect of ours either.
            raise ProblemError(400, "body-incomplete", "The request ended before its body did.") from None
        file.seek(0)
        yield Body(cast(BinaryIO, file), digest.digest())
