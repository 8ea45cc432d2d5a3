"""S3 encrypts what is uploaded, under a key that the embedded server keeps beside its data, not in it."""

import hashlib
import json
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from ops.embedded import EmbeddedServers
from storage.errors import Conflict, Unavailable
from storage.media.records import Upload
from storage.media.store import MediaStore
from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

# Nothing of it repeats: what is on the disk as it came is found there.
BODY = os.urandom(300_000)
SHA256 = hashlib.sha256(BODY).digest()


def store(servers: EmbeddedServers, **settings: str) -> MediaStore:
    values = {
        "database_url": servers.database_url,
        "field_keys": Fernet.generate_key().decode(),
        "s3_url": servers.s3.url,
        "s3_access_key": servers.s3.access_key,
        "s3_secret_key": servers.s3.secret_key,
    }
    media = MediaStore(StorageSettings.model_validate(values | settings))
    media.create_bucket()
    return media


def put(upload: Upload, body: bytes = BODY) -> int:
    return httpx.put(upload.url, content=body, headers=upload.headers).status_code


def on_disk(home: Path, content: bytes) -> bool:
    """Whether the S3 server's files hold a part of these bytes as it is."""
    return any(content[1000:1064] in file.read_bytes() for file in (home / "s3").rglob("*") if file.is_file())


def test_what_is_stored_opens_with_the_key_of_the_home_alone(tmp_path: Path) -> None:
    with EmbeddedServers(tmp_path) as servers:
        media, plain = store(servers, s3_sse="AES256"), store(servers)
        upload = media.presign("sealed", "video/webm", len(BODY), SHA256)
        bare = {name: value for name, value in upload.headers.items() if name != "x-amz-server-side-encryption"}
        assert put(upload.model_copy(update={"headers": bare})) == 403
        assert put(upload) == 200
        media.check("sealed", len(BODY), SHA256)
        assert media.read("sealed") == plain.read("sealed") == BODY
        assert not on_disk(tmp_path, BODY)

        other = os.urandom(300_000)
        other_sha256 = hashlib.sha256(other).digest()
        assert put(plain.presign("plain", "video/webm", len(other), other_sha256), other) == 200
        assert on_disk(tmp_path, other)
        plain.check("plain", len(other), other_sha256)
        with pytest.raises(Conflict, match="encrypted"):
            media.check("plain", len(other), other_sha256)

    with EmbeddedServers(tmp_path) as servers, (tmp_path / "recording").open("wb") as file:
        store(servers, s3_sse="AES256").copy("sealed", file, SHA256)
    assert (tmp_path / "recording").read_bytes() == BODY

    secrets = json.loads((tmp_path / "secrets.json").read_text())
    (tmp_path / "secrets.json").write_text(json.dumps(secrets | {"s3_sse_key": "0" * 64}))
    with EmbeddedServers(tmp_path) as servers, pytest.raises(Unavailable):
        store(servers, s3_sse="AES256").read("sealed")


def test_a_key_of_the_key_service_is_part_of_the_signature(embedded_servers: EmbeddedServers) -> None:
    media, key = store(embedded_servers, s3_sse="aws:kms", s3_sse_key_id="alias/parley"), f"tests/{uuid4()}"
    upload = media.presign(key, "video/webm", len(BODY), SHA256)
    assert upload.headers["x-amz-server-side-encryption"] == "aws:kms"
    assert upload.headers["x-amz-server-side-encryption-aws-kms-key-id"] == "alias/parley"
    [signed] = parse_qs(urlsplit(upload.url).query)["X-Amz-SignedHeaders"]
    assert {name.lower() for name in upload.headers} <= set(signed.split(";"))
    # The embedded server has no key service: it refuses, and does not store in plain.
    assert put(upload) >= 400
    with pytest.raises(FileNotFoundError):
        media.read(key)


def test_a_key_without_a_key_service_is_refused(embedded_servers: EmbeddedServers) -> None:
    for settings in ({"s3_sse": "AES256"}, {}):
        with pytest.raises(ValidationError, match="aws:kms"):
            store(embedded_servers, s3_sse_key_id="alias/parley", **settings)
