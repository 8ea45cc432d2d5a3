"""The end of an upload of one object: what is said of it is compared with what was announced, and with what S3 has."""

from anyio import to_thread

from frontends.api.operation import Call
from storage.errors import Invalid
from storage.media.records import Completion


async def confirm_upload(call: Call, key: str, size: int, sha256: bytes, completion: Completion) -> None:
    """Raise Invalid where the completion or the stored object is not what was announced, Conflict where none is stored.

    No transaction waits for S3: the caller has none open.
    """
    if completion.size != size:
        raise Invalid("size-mismatch", f"{size} bytes were announced.", "/size")
    if bytes.fromhex(completion.sha256) != sha256:
        raise Invalid("sha256-mismatch", "This is not the SHA-256 that was announced.", "/sha256")
    await to_thread.run_sync(call.services.media.check, key, size, sha256)
