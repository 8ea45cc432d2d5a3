"""The candidate's page over HTTP: its headers, its languages, and how much a first visit loads."""

import gzip
import re

import httpx
import pytest

from storage.settings import StorageSettings

pytestmark = pytest.mark.integration

MOST_BYTES = 100_000


async def test_the_page_is_bound_to_itself_and_the_media_store(
    api: httpx.AsyncClient, storage_settings: StorageSettings
) -> None:
    response = await api.get("/interview")
    assert response.status_code == 200 and response.headers["content-type"] == "text/html; charset=utf-8"
    media = storage_settings.s3_public_url or storage_settings.s3_url
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' {media}",
        "media-src": f"'self' blob: {media}",
        "img-src": "'self' blob: data:",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'none'",
    }
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "camera=(self), microphone=(self)" in response.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("path", "accepted", "language", "word"),
    [
        ("/interview", "zh-CN,zh;q=0.9", "zh-CN", "面试"),
        ("/interview", "de,en;q=0.5", "en", "Interview"),
        ("/interview?lang=zh", "en", "zh-CN", "面试"),
        ("/interview?lang=en", "zh", "en", "Interview"),
        ("/interview?lang=../etc", "zh", "zh-CN", "面试"),
    ],
)
async def test_the_page_speaks_the_candidates_language(
    api: httpx.AsyncClient, path: str, accepted: str, language: str, word: str
) -> None:
    response = await api.get(path, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}"' in response.text and f"<title>{word}</title>" in response.text
    assert response.headers["vary"].startswith("Accept-Language")


async def test_files_are_kept_for_ever_under_their_own_hash_alone(api: httpx.AsyncClient) -> None:
    page = (await api.get("/interview")).text
    path = re.search(r'src="(/static/[0-9a-f]{16}/js/main\.js)"', page)
    assert path is not None
    own = await api.get(path[1])
    assert own.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert own.headers["content-type"] == "text/javascript; charset=utf-8"
    assert own.headers["x-content-type-options"] == "nosniff" and own.headers["content-encoding"] == "gzip"
    plain = await api.get(path[1], headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.content == own.content
    other = await api.get("/static/0123456789abcdef/js/main.js")
    assert other.status_code == 200 and other.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["js/none.js", "%2e%2e/routes.py", "..%2froutes.py", "js/%2e%2e/%2e%2e/routes.py", ""])
async def test_nothing_else_is_a_file(api: httpx.AsyncClient, name: str) -> None:
    response = await api.get(f"/static/0123456789abcdef/{name}")
    assert response.status_code == 404 and response.json()["code"] == "path-not-found"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_first_visit_loads_less_than_100_kb(api: httpx.AsyncClient, language: str) -> None:
    page = (await api.get(f"/interview?lang={language}")).text
    paths = set(re.findall(r'(?:href|src)="(/[^"]+)"', page))
    assert len(paths) > 10 and all(path.startswith("/static/") for path in paths)
    sizes = {"/interview": len(gzip.compress(page.encode(), 9))}
    for path in paths:
        response = await api.get(path)
        assert response.status_code == 200, path
        sizes[path] = int(response.headers["content-length"])
    # The step that comes first is loaded by the modules.
    assert 10_000 < sum(sizes.values()) < MOST_BYTES, sizes
