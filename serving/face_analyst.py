"""FaceAnalyst: frames of all candidates in, faces out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog import model_folder
from models.faces.contract import Face, FaceEngine, Followed, IdentityRule, Stretch
from models.faces.default import DefaultFaceEngine
from models.faces.pack import PackFaceEngine
from models.settings import ModelSettings
from serving.engine import batched
from serving.settings import EngineProfile

Frames = Sequence[NDArray[np.uint8]]


def _count(blocks: list[Frames]) -> int:
    return sum(len(block) for block in blocks)


def _count_stretches(stretches: list[Stretch]) -> int:
    return sum(len(stretch.frames) for stretch in stretches)


class FaceAnalyst:
    """Batches blocks of frames across candidates through one FaceEngine."""

    def __init__(self, profile: EngineProfile) -> None:
        self._engine = _engine(profile)
        self._stills = batched("FaceAnalyst", self._analyse, profile, _count)
        self._takes = batched("FaceAnalyst", self._engine.follow, profile, _count_stretches)

    async def analyse(self, frames: Frames) -> list[list[Face]]:
        """The faces in each of some pictures, each uint8 RGB [h, w, 3]; at most the profile's batch size of them."""
        return await self._stills(frames)

    async def follow(self, stretch: Stretch) -> Followed:
        """The faces in the next frames of a take, and the track that its frames after them go on from."""
        return await self._takes(stretch)

    async def identity_rule(self) -> IdentityRule:
        """When two embeddings of the engine are the same person."""
        return self._engine.identity_rule

    async def name(self) -> str:
        """The engine and its version."""
        return self._engine.name

    def _analyse(self, blocks: Sequence[Frames]) -> list[list[list[Face]]]:
        faces = iter(self._engine.analyse([frame for block in blocks for frame in block]))
        return [[next(faces) for _ in block] for block in blocks]


def _engine(profile: EngineProfile) -> FaceEngine:
    settings = ModelSettings()
    if settings.insightface_pack is not None:
        return PackFaceEngine(settings.insightface_pack)
    return DefaultFaceEngine(
        model_folder("centerface", settings.models_dir),
        model_folder("face-api", settings.models_dir),
        device=profile.device,
        threads=profile.threads,
    )
