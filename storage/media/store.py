"""The S3 bucket: presigned uploads, the check of what arrived, and reading it back."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from minio.sse import Sse

from storage.errors import Conflict, Invalid, Unavailable
from storage.media.presign import presign_put
from storage.media.records import Download, Upload
from storage.settings import StorageSettings

_BLOCK = 1024 * 1024
# Source: Amazon S3 API, PutObject.
_SSE = "x-amz-server-side-encryption"
_SSE_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


class MediaStore:
    """Recordings and photos in one bucket. Its calls block: run them in a thread."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings
        self._client = self._connect(settings.s3_url)
        # Signs what browsers fetch; asks nothing itself.
        self._public = self._connect(settings.s3_public_url or settings.s3_url)

    def _connect(self, endpoint: str) -> Minio:
        url, settings = urlsplit(endpoint), self._settings
        return Minio(
            url.netloc,
            access_key=settings.s3_access_key.get_secret_value(),
            secret_key=settings.s3_secret_key.get_secret_value(),
            secure=url.scheme == "https",
            region=settings.s3_region,
            http_client=urllib3.PoolManager(
                maxsize=16,
                ca_certs=None if settings.s3_ca_file is None else str(settings.s3_ca_file),
                timeout=urllib3.Timeout(connect=5, read=60),
                retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            ),
        )

    @property
    def public_origin(self) -> str:
        """The http(s) origin that browsers send recordings to and fetch them from."""
        return self._settings.s3_public_url or self._settings.s3_url

    @property
    def bucket(self) -> tuple[Minio, str]:
        """The client and the bucket's name: for what removal.py does beside this."""
        return self._client, self._settings.s3_bucket

    def create_bucket(self) -> None:
        """Make the bucket where it does not exist yet; raises Unavailable."""
        with Translated():
            if not self._client.bucket_exists(self._settings.s3_bucket):
                self._client.make_bucket(self._settings.s3_bucket)

    def answers(self) -> bool:
        """Whether S3 answers and has the bucket."""
        try:
            return self._client.bucket_exists(self._settings.s3_bucket)
        except (MinioException, urllib3.exceptions.HTTPError):
            return False

    def presign(self, key: str, content_type: str, size: int, sha256: bytes) -> Upload:
        """An upload of exactly these bytes: S3 refuses another size, type or content, and to leave it unencrypted."""
        at = datetime.now(UTC)
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(size),
            "x-amz-checksum-sha256": base64.b64encode(sha256).decode(),
            **self._encryption(),
        }
        url = presign_put(
            f"{self._settings.s3_public_url or self._settings.s3_url}/{self._settings.s3_bucket}/{key}",
            headers,
            access_key=self._settings.s3_access_key.get_secret_value(),
            secret_key=self._settings.s3_secret_key.get_secret_value(),
            region=self._settings.s3_region,
            at=at,
            seconds=self._settings.upload_url_seconds,
        )
        return Upload(url=url, headers=headers, expires_at=at + timedelta(seconds=self._settings.upload_url_seconds))

    def presign_download(self, key: str) -> Download:
        """A URL from which whoever has it can read an object, for as long as an upload URL lives."""
        lives = timedelta(seconds=self._settings.upload_url_seconds)
        at = datetime.now(UTC)
        url = self._public.presigned_get_object(self._settings.s3_bucket, key, lives, request_date=at)
        return Download(url=url, expires_at=at + lives)

    def check(self, key: str, size: int, sha256: bytes) -> None:
        """Raise Conflict where nothing was stored, or not encrypted as the settings say; Invalid where it is not what
        was announced.

        Reads the object only where the S3 server keeps no checksum of it.
        """
        try:
            with Translated():
                stored = self._client.stat_object(
                    self._settings.s3_bucket, key, extra_headers={"x-amz-checksum-mode": "ENABLED"}
                )
        except FileNotFoundError:
            raise Conflict(
                "upload-missing", "Nothing has been uploaded yet: PUT the bytes to the upload URL first."
            ) from None
        metadata = stored.metadata or {}
        if self._settings.s3_sse != "none" and metadata.get(_SSE) != self._settings.s3_sse:
            raise Conflict(
                "upload-not-encrypted", "It was not stored encrypted: ask for a new upload URL, and upload again."
            )
        if stored.size != size:
            raise Invalid("size-mismatch", f"{stored.size} bytes are stored, but {size} were announced.", "/size")
        checksum = metadata.get("x-amz-checksum-sha256")
        if (base64.b64decode(checksum) if checksum else self._sha256(key)) != sha256:
            raise Invalid("sha256-mismatch", "The stored bytes do not have the announced SHA-256.", "/sha256")

    def write(self, key: str, content_type: str, data: bytes) -> None:
        """Store an object that Parley made itself, in place of any before it; raises Unavailable."""
        with Translated():
            encrypted = _Encrypted(self._encryption())
            self._client.put_object(
                self._settings.s3_bucket, key, BytesIO(data), len(data), content_type, sse=encrypted
            )

    def read(self, key: str) -> bytes:
        """All bytes of an object; raises FileNotFoundError or Unavailable."""
        with Translated():
            response = self._client.get_object(self._settings.s3_bucket, key)
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()

    def copy(self, key: str, file: BinaryIO, sha256: bytes) -> None:
        """Append an object to a file; raises FileNotFoundError, Unavailable, or Invalid where its hash differs."""
        digest = hashlib.sha256()
        with Translated():
            response = self._client.get_object(self._settings.s3_bucket, key)
            try:
                for block in response.stream(_BLOCK):
                    digest.update(block)
                    file.write(block)
            finally:
                response.close()
                response.release_conn()
        if digest.digest() != sha256:
            raise Invalid("sha256-mismatch", "The stored bytes do not have the announced SHA-256.")

    def _encryption(self) -> dict[str, str]:
        """The headers that have S3 encrypt an object."""
        if self._settings.s3_sse == "none":
            return {}
        key_id = self._settings.s3_sse_key_id
        return {_SSE: self._settings.s3_sse} | ({} if key_id is None else {_SSE_KEY: key_id})

    def _sha256(self, key: str) -> bytes:
        return hashlib.sha256(self.read(key)).digest()


class _Encrypted(Sse):
    """The headers of an encrypted upload as the settings say them, on whichever network."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers

    def headers(self) -> dict[str, str]:
        return self._headers

    def tls_required(self) -> bool:
        return False


class Translated:
    """Turns the client's errors into FileNotFoundError and Unavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, S3Error) and error.code in ("NoSuchKey", "NoSuchBucket", "NoSuchObject"):
            raise FileNotFoundError(error.code) from error
        if isinstance(error, urllib3.exceptions.MaxRetryError) and isinstance(
            error.reason, urllib3.exceptions.SSLError
        ):
            raise Unavailable(
                "media-store-untrusted",
                "The media store's certificate is not trusted: PARLEY_S3_CA_FILE names the authorities that are.",
            ) from error
        if isinstance(error, MinioException | urllib3.exceptions.HTTPError):
            raise Unavailable("media-store-unavailable", "The media store does not answer at the moment.") from error
