"""The engines behind their handles, typed: what the Processor and the evaluation call."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from ray import serve
from ray.serve.handle import DeploymentHandle

from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.scoring.score import QuestionScore, ScoreRequest
from models.speech.contract import Segment
from models.speech.transcript import Transcript


class Analysts:
    """Calls the Transcriber, the FaceAnalyst and the Scorer."""

    def __init__(
        self, transcriber: DeploymentHandle[Any], face_analyst: DeploymentHandle[Any], scorer: DeploymentHandle[Any]
    ) -> None:
        self._transcriber = transcriber
        self._face_analyst = face_analyst
        self._scorer = scorer

    @classmethod
    def of_application(cls, name: str) -> Self:
        """The engines of a running Serve application."""
        return cls(*(serve.get_deployment_handle(part, name) for part in ("Transcriber", "FaceAnalyst", "Scorer")))

    async def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """A transcript for each segment."""
        return list(await asyncio.gather(*(self._transcriber.transcribe.remote(segment) for segment in segments)))

    async def faces(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """The faces in each of a few pictures, each uint8 RGB [h, w, 3]."""
        faces: list[list[Face]] = await self._face_analyst.analyse.remote(frames)
        return faces

    async def follow(self, stretch: Stretch) -> Followed:
        """The faces in the next frames of a take, and the track that its frames after them go on from."""
        followed: Followed = await self._face_analyst.follow.remote(stretch)
        return followed

    async def identity_rule(self) -> IdentityRule:
        """When two embeddings of the face engine are the same person."""
        rule: IdentityRule = await self._face_analyst.identity_rule.remote()
        return rule

    async def score(self, request: ScoreRequest) -> QuestionScore:
        """The score of one answer."""
        score: QuestionScore = await self._scorer.score.remote(request)
        return score

    async def names(self) -> dict[str, str]:
        """The engine and version of each stage: speech, faces, scoring."""
        parts = {"speech": self._transcriber, "faces": self._face_analyst, "scoring": self._scorer}
        names = await asyncio.gather(*(handle.name.remote() for handle in parts.values()))
        return dict(zip(parts, names, strict=True))
