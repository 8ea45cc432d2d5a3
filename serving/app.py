"""The Ray Serve application: `serve run serving.app:build profile=embedded`."""

from pydantic import BaseModel
from ray import serve
from ray.serve import Application
from ray.serve.config import RequestRouterConfig

from serving.face_analyst import FaceAnalyst
from serving.front import Front
from serving.live_analyst import LiveAnalyst
from serving.processor import Processor
from serving.scorer import Scorer
from serving.settings import Profile
from serving.transcriber import Transcriber

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
        serve.deployment(**part.replica)(engine).bind(part)
        for engine, part in (
            (Transcriber, profile.transcriber),
            (FaceAnalyst, profile.face_analyst),
            (Scorer, profile.scorer),
        )
    ]
    live = serve.deployment(**profile.live_analyst.replica, request_router_config=_STICKY)(LiveAnalyst).bind(*engines)
    processor = serve.deployment(**profile.processor.replica)(Processor).bind(profile.processor, *engines, live)
    application: Application = serve.deployment(**profile.front.replica)(Front).bind(live, processor)
    return application
