"""The candidate's page over HTTP: the shell in the candidate's language, and the files it loads."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontends.candidate.assets import STYLES, Asset, assets
from frontends.candidate.texts import LANGUAGES, Language, preferred, texts

_TEMPLATES = Path(__file__).with_name("templates")
_FOREVER = "public, max-age=31536000, immutable"


def candidate_routes(media_origin: str) -> list[Route]:
    """The page and its files; the browser sends recordings to `media_origin` and plays them from there."""
    headers = _headers(media_origin)

    async def page(request: Request) -> Response:
        language = preferred(request.query_params.get("lang"), request.headers.get("Accept-Language", ""))
        return Response(_page(language), headers=headers | {"Content-Language": language}, media_type="text/html")

    return [Route("/interview", page), Route("/static/{hash}/{path:path}", file)]


async def file(request: Request) -> Response:
    """A file, for ever. Under another version's hash it is this version's, for now: a page that was loaded before an
    update goes on."""
    found = assets()
    asset = found.files.get(request.path_params["path"])
    if asset is None:
        raise HTTPException(404)
    is_this_version = request.path_params["hash"] == found.hash
    return _sent(asset, request, _FOREVER if is_this_version else "no-store")


def _sent(asset: Asset, request: Request, cache_control: str) -> Response:
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(asset.content, headers=headers, media_type=asset.content_type)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.gzipped, headers=headers, media_type=asset.content_type)


def _headers(media_origin: str) -> dict[str, str]:
    parts = urlsplit(media_origin)
    media = f"{parts.scheme}://{parts.netloc}"
    policy = {
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
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), display-capture=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        # The token stands in the fragment, which no referrer carries; its page need not be told either.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }


@cache
def _page(language: Language) -> str:
    found, translated = assets(), texts(language)
    screens = sorted(f"screens/{path.name}" for path in (_TEMPLATES / "screens").glob("*.html"))
    return (
        _environment()
        .get_template("interview.html")
        .render(
            language=language,
            languages=LANGUAGES,
            t=translated.__getitem__,
            static=found.url,
            styles=STYLES,
            modules=found.imported_by("js/main.js", "js/abilities.js", "js/steps/notice.js"),
            screens=screens,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
