"""Presigned uploads against the real S3 server: only the announced bytes get in."""

import hashlib
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from storage.errors import Conflict, Invalid, Unavailable
from storage.media.records import Upload
from storage.media.store import MediaStore
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

BODY = b"a recording" * 1000
SHA256 = hashlib.sha256(BODY).digest()


def _put(upload: Upload, body: bytes = BODY, **headers: str) -> int:
    return httpx.put(upload.url, content=body, headers=upload.headers | headers).status_code


@pytest.fixture
def key() -> str:
    return f"tests/{uuid4()}"


def test_the_announced_bytes_are_stored_checked_and_read_back(media: MediaStore, key: str, tmp_path: Path) -> None:
    assert _put(media.presign(key, "video/webm", len(BODY), SHA256)) == 200
    media.check(key, len(BODY), SHA256)
    with (tmp_path / "recording").open("wb") as file:
        media.copy(key, file, SHA256)
    assert media.read(key) == (tmp_path / "recording").read_bytes() == BODY


def test_another_type_size_or_content_is_refused_by_the_server_itself(media: MediaStore, key: str) -> None:
    upload = media.presign(key, "video/webm", len(BODY), SHA256)
    assert _put(upload, **{"Content-Type": "text/html"}) == 403
    assert _put(upload, BODY + b"!", **{"Content-Length": str(len(BODY) + 1)}) == 403
    assert _put(upload, BODY[:-1] + b"!") == 400
    with pytest.raises(Conflict, match="uploaded"):
        media.check(key, len(BODY), SHA256)


def test_an_expired_url_is_refused(storage_settings: StorageSettings, key: str) -> None:
    media = MediaStore(storage_settings.model_copy(update={"upload_url_seconds": 1}))
    upload = media.presign(key, "video/webm", len(BODY), SHA256)
    time.sleep(2.1)
    assert _put(upload) == 403


def test_a_completion_with_another_size_or_hash_is_refused(media: MediaStore, key: str) -> None:
    _put(media.presign(key, "video/webm", len(BODY), SHA256))
    with pytest.raises(Invalid, match="bytes"):
        media.check(key, len(BODY) + 1, SHA256)
    with pytest.raises(Invalid, match="SHA-256"):
        media.check(key, len(BODY), hashlib.sha256(b"other").digest())


def test_a_server_that_is_gone_is_unavailable(storage_settings: StorageSettings, key: str) -> None:
    gone = MediaStore(storage_settings.model_copy(update={"s3_url": "http://127.0.0.1:9"}))
    with pytest.raises(Unavailable):
        gone.read(key)
    assert gone.answers() is False
