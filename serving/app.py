"""The Ray Serve application: `serve run serving.app:build profile=embedded`."""

from typing import Any

from pydantic import BaseModel
from ray import serve
from ray.serve import Application
from ray.serve.config import RequestRouterConfig

from serving.autoscaling.adapter import autoscaling_config
from serving.face_analyst import FaceAnalyst
from serving.front import Front
from serving.live_analyst import LiveAnalyst
from serving.processor import Processor
from serving.scorer import Scorer
from serving.settings import Part, Profile
from serving.transcriber import Transcriber
from serving.voice import Voice

# A session's takes keep to one replica, which holds what it has heard and seen so far.
_STICKY = RequestRouterConfig.model_validate(
    {"request_router_class": "ray.serve.experimental.consistent_hash_router:ConsistentHashRouter"}
)


class BuildArguments(BaseModel):
    """`profile`: the name of a shipped profile, or the path of a TOML file."""

    profile: str = "cluster"


def build(arguments: BuildArguments) -> Application:
    """The deployments and the graph between them, with the profile's resources."""
    profile = Profile.load(arguments.profile)
    engines = [
        serve.deployment(**_options(part))(engine).bind(part)
        for engine, part in (
            (Transcriber, profile.transcriber),
            (FaceAnalyst, profile.face_analyst),
            (Scorer, profile.scorer),
        )
    ]
    live_options = _options(profile.live_analyst) | {"request_router_config": _STICKY}
    live = serve.deployment(**live_options)(LiveAnalyst).bind(*engines)
    voice = serve.deployment(**_options(profile.voice))(Voice).bind(profile.voice)
    processor = serve.deployment(**_options(profile.processor))(Processor).bind(
        profile.processor, *engines, live, voice
    )
    application: Application = serve.deployment(**_options(profile.front))(Front).bind(live, processor)
    return application


def _options(part: Part) -> dict[str, Any]:
    if part.scaling is None:
        return part.replica
    return part.replica | {"autoscaling_config": autoscaling_config(part.scaling)}
