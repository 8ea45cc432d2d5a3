"""`parley up` with a certificate: the front speaks HTTPS alone."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from certificates import Authority
from running_parley import started

pytestmark = pytest.mark.cluster


def test_the_front_speaks_https_alone(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path, "ours"), Authority(tmp_path, "stranger")
    certificate, key = authority.issue("front")
    variables = {
        "PARLEY_ENGINE": "timed",
        "PARLEY_TLS_CERTIFICATE": str(certificate),
        "PARLEY_TLS_KEY": str(key),
    }
    with started(tmp_path, variables) as running:
        url = running.running.url
        assert urlsplit(url).scheme == "https"
        with httpx.Client(base_url=url, verify=authority.context()) as client:
            assert client.get("/healthz").json() == {"alive": True}
            key_header = {"Authorization": f"Bearer {running.new_key('TLS')}"}
            assert client.get("/v1/positions", headers=key_header).status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{url}/healthz", verify=stranger.context())
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http{url.removeprefix('https')}/healthz")
        # What the embedded S3 stores, it encrypts.
        assert running.running.environment["PARLEY_S3_SSE"] == "AES256"
