"""What is stored under a prefix: list every version of it, read it, delete it for good. These calls block."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from minio import Minio
from minio.deleteobjects import DeleteObject

from storage.errors import Unavailable
from storage.media.store import MediaStore, Translated

_BLOCK = 1024 * 1024
# As many as S3 deletes in one request (Amazon S3 API, DeleteObjects).
_AT_ONCE = 1000


@dataclass(frozen=True)
class StoredVersion:
    """One version of an object, or a delete marker. `version_id` is None in a bucket without versions."""

    key: str
    version_id: str | None
    is_delete_marker: bool


def stored_versions(media: MediaStore, prefix: str) -> Iterator[StoredVersion]:
    """Every version and delete marker under a prefix; raises Unavailable."""
    client, bucket = media.bucket
    with Translated():
        for found in client.list_objects(bucket, prefix, recursive=True, include_version=True):
            assert found.object_name is not None  # only folders have none, and it is recursive
            yield StoredVersion(found.object_name, found.version_id, bool(found.is_delete_marker))


def stored_keys(media: MediaStore, prefix: str) -> list[str]:
    """The objects under a prefix as they are now; raises Unavailable."""
    client, bucket = media.bucket
    with Translated():
        return [str(found.object_name) for found in client.list_objects(bucket, prefix, recursive=True)]


def unfinished_uploads(media: MediaStore, prefix: str) -> list[tuple[str, str]]:
    """Key and id of each multipart upload under a prefix that was neither completed nor aborted; raises Unavailable."""
    client, bucket = media.bucket
    found: list[tuple[str, str]] = []
    key_marker = upload_id_marker = None
    with Translated():
        while True:
            # The client has no public call for it.
            page = client._list_multipart_uploads(
                bucket, prefix=prefix, key_marker=key_marker, upload_id_marker=upload_id_marker
            )
            found += [(upload.object_name, upload.upload_id) for upload in page.uploads if upload.upload_id]
            if not page.is_truncated:
                # Some servers take the prefix as a hint.
                return [(key, upload_id) for key, upload_id in found if key.startswith(prefix)]
            key_marker, upload_id_marker = page.next_key_marker, page.next_upload_id_marker


def remove_prefix(media: MediaStore, prefix: str) -> None:
    """Delete every version, delete marker and unfinished upload under a prefix; again and again gives the same.

    Raises ValueError for a prefix that is none of one thing, Unavailable where S3 does not delete all of it.
    """
    if not prefix.endswith("/") or prefix.count("/") < 3:
        raise ValueError("a prefix names the organisation, the kind and the thing: ORGANISATION/takes/ID/")
    client, bucket = media.bucket
    for key, upload_id in unfinished_uploads(media, prefix):
        with Translated():
            client._abort_multipart_upload(bucket, key, upload_id)
    versions = stored_versions(media, prefix)
    while batch := list(islice(versions, _AT_ONCE)):
        _remove(client, bucket, [DeleteObject(found.key, found.version_id) for found in batch])


def read_blocks(media: MediaStore, key: str) -> Iterator[bytes]:
    """An object's bytes, about a MiB at a time; raises FileNotFoundError or Unavailable."""
    client, bucket = media.bucket
    with Translated():
        response = client.get_object(bucket, key)
        try:
            yield from response.stream(_BLOCK)
        finally:
            response.close()
            response.release_conn()


def _remove(client: Minio, bucket: str, objects: list[DeleteObject]) -> None:
    with Translated():
        failed = list(client.remove_objects(bucket, objects))
    if failed:
        raise Unavailable("media-not-deleted", f"The media store did not delete {len(failed)} objects.")
