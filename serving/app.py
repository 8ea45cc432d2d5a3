"""The Ray Serve application: `serve run serving.app:build profile=embedded`."""

from pydantic import BaseModel
from ray import serve
from ray.serve import Application

from serving.face_analyst import FaceAnalyst
from serving.front import Front
from serving.processor import Processor
from serving.scorer import Scorer
from serving.settings import Profile
from serving.transcriber import Transcriber


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
    processor = serve.deployment(**profile.processor.replica)(Processor).bind(profile.processor, *engines)
    application: Application = serve.deployment(**profile.front.replica)(Front).bind(processor)
    return application
