"""How candidates' browsers reach the front."""

from frontends.api.operation import Call


def public_url(call: Call) -> str:
    """The front's public origin: as set, or else as the caller reaches it."""
    return call.services.public_url or str(call.request.base_url).rstrip("/")
