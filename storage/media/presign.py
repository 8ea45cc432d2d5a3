"""Presigned PUT with signed headers.

The minio client's presigned_put_object signs the host alone, so anybody with the URL could send any size, type
or content. Signing the headers as well makes S3 itself refuse them. Source: AWS Signature Version 4, "Authenticating
Requests: Using Query Parameters" (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
"""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlsplit


def presign_put(
    url: str, headers: dict[str, str], *, access_key: str, secret_key: str, region: str, at: datetime, seconds: int
) -> str:
    """`url` with a signature that lets its bearer PUT with exactly `headers`, from `at` (UTC) for `seconds`."""
    parts = urlsplit(url)
    signed = {"host": parts.netloc} | {name.lower(): value.strip() for name, value in headers.items()}
    names = ";".join(sorted(signed))
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    scope = f"{day}/{region}/s3/aws4_request"
    query = "&".join(
        f"{name}={quote(value, safe='')}"
        for name, value in sorted(
            {
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Credential": f"{access_key}/{scope}",
                "X-Amz-Date": stamp,
                "X-Amz-Expires": str(seconds),
                "X-Amz-SignedHeaders": names,
            }.items()
        )
    )
    canonical_headers = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join(["PUT", parts.path, query, canonical_headers, names, "UNSIGNED-PAYLOAD"])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return f"{url}?{query}&X-Amz-Signature={_hmac(key, to_sign).hex()}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
