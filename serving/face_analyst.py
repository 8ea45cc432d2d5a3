"""FaceAnalyst: frames of all candidates in, faces out."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.device import require_device
from models.faces.contract import Face, FaceEngine, Followed, IdentityRule, Stretch
from models.faces.engines import faces_version, load_faces
from models.faces.timed import TimedFaceEngine
from models.service_times import ServiceTimes
from models.settings import ModelSettings
from serving.engine import batched
from serving.fair_queue import Claim
from serving.rolling import Rolling
from serving.settings import EngineProfile, ServingSettings

Frames = Sequence[NDArray[np.uint8]]
# Single pictures, or the next of a take.
_Work = Frames | Stretch
_Found = list[list[Face]] | Followed


def count_frames(work: Sequence[_Work]) -> int:
    """What a batch costs: its frames."""
    return sum(len(part.frames if isinstance(part, Stretch) else part) for part in work)


class FaceAnalyst:
    """Batches frames across candidates through one FaceEngine."""

    def __init__(self, profile: EngineProfile) -> None:
        self._engine = Rolling(lambda: _engine(profile), lambda: faces_version(ModelSettings()))
        self._batch = batched("FaceAnalyst", self._compute, profile, count_frames)

    async def analyse(self, frames: Frames, claim: Claim | None = None) -> list[list[Face]]:
        """The faces in each of some pictures, each uint8 RGB [h, w, 3]. Raises Overloaded."""
        return cast(list[list[Face]], await self._batch(frames, claim))

    async def follow(self, stretch: Stretch, claim: Claim | None = None) -> Followed:
        """The faces in the next frames of a take, and the track that its frames after them go on from.

        Raises Overloaded.
        """
        return cast(Followed, await self._batch(stretch, claim))

    async def identity_rule(self) -> IdentityRule:
        """When two embeddings of the engine are the same person."""
        return self._engine.current.identity_rule

    async def name(self) -> str:
        """The engine and its version."""
        return self._engine.current.name

    def check_health(self) -> None:
        """Ray Serve calls this now and then, and replaces a replica whose engine is lost. Raises EngineLost."""
        self._batch.check_health()

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return self._batch.load()

    def _compute(self, work: Sequence[_Work]) -> list[_Found]:
        stretches = [part for part in work if isinstance(part, Stretch)]
        stills = [part for part in work if not isinstance(part, Stretch)]
        engine = self._engine.current
        followed = iter(engine.follow(stretches))
        faces = iter(engine.analyse([frame for frames in stills for frame in frames]))
        return [next(followed) if isinstance(part, Stretch) else [next(faces) for _ in part] for part in work]


def _engine(profile: EngineProfile) -> FaceEngine:
    serving = ServingSettings()
    if serving.engine == "timed":
        return TimedFaceEngine(ServiceTimes.of(profile.device, serving.service_times))
    require_device(profile.device)
    return load_faces(ModelSettings(), profile.device, profile.threads)
