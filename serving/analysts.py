"""The engines behind their handles, typed: what the Processor and the evaluation call."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from ray import serve
from ray.serve.handle import DeploymentHandle
from tenacity import retry, retry_if_exception_type, wait_random_exponential

from models.faces.contract import Face, Followed, IdentityRule, Stretch
from models.scoring.score import QuestionScore, ScoreRequest
from models.speech.contract import Segment
from models.speech.transcript import Transcript
from serving.engine import EngineLost, Overloaded
from serving.fair_queue import Claim

# Who was refused asks again after at most this long.
_BACK_OFF_S = 3.0


class Analysts:
    """Calls the Transcriber, the FaceAnalyst and the Scorer, in the name of an organisation.

    Work that is final is asked for until it is done; whoever stops waiting for a call calls it off.
    """

    def __init__(
        self,
        transcriber: DeploymentHandle[Any],
        face_analyst: DeploymentHandle[Any],
        scorer: DeploymentHandle[Any],
        organisation_id: UUID | None = None,
    ) -> None:
        self._transcriber = transcriber
        self._face_analyst = face_analyst
        self._scorer = scorer
        self._organisation_id = organisation_id

    @classmethod
    def of_application(cls, name: str) -> Self:
        """The engines of a running Serve application, called in the operator's own name."""
        transcriber, face_analyst, scorer = (
            serve.get_deployment_handle(part, name) for part in ("Transcriber", "FaceAnalyst", "Scorer")
        )
        return cls(transcriber, face_analyst, scorer)

    def on_behalf_of(self, organisation_id: UUID) -> "Analysts":
        """The same engines, of which the organisation gets its fair share."""
        return Analysts(self._transcriber, self._face_analyst, self._scorer, organisation_id)

    async def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        """A transcript for each segment."""
        claim = self._claim()
        method = self._transcriber.transcribe
        return list(await asyncio.gather(*(_ask_until_done(method, segment, claim) for segment in segments)))

    async def transcribe_provisionally(self, segment: Segment) -> Transcript:
        """The transcript of speech that goes on. Raises Overloaded where the engine has no time for it."""
        claim = Claim(self._organisation_id, is_final=False)
        draft = replace(segment, is_draft=True)
        transcript: Transcript = await _ask(self._transcriber.transcribe, draft, claim)
        return transcript

    async def faces(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """The faces in each of a few frames, each uint8 RGB [h, w, 3]."""
        faces: list[list[Face]] = await _ask_until_done(self._face_analyst.analyse, frames, self._claim())
        return faces

    async def follow(self, stretch: Stretch) -> Followed:
        """The faces in the next few frames of a take, and the track that its frames after them go on from."""
        followed: Followed = await _ask_until_done(self._face_analyst.follow, stretch, self._claim())
        return followed

    async def identity_rule(self) -> IdentityRule:
        """When two embeddings of the face engine are the same person."""
        rule: IdentityRule = await self._face_analyst.identity_rule.remote()
        return rule

    async def score(self, request: ScoreRequest) -> QuestionScore:
        """The score of one answer."""
        score: QuestionScore = await _ask_until_done(self._scorer.score, request, self._claim())
        return score

    async def names(self) -> dict[str, str]:
        """The engine and version of each stage: speech, faces, scoring."""
        parts = {"speech": self._transcriber, "faces": self._face_analyst, "scoring": self._scorer}
        names = await asyncio.gather(*(handle.name.remote() for handle in parts.values()))
        return dict(zip(parts, names, strict=True))

    def _claim(self) -> Claim:
        return Claim(self._organisation_id)


async def _ask_until_done(method: DeploymentHandle[Any], work: Any, claim: Claim) -> Any:
    """Raises EngineLost where an engine is lost again once this work is by itself."""
    try:
        return await _ask_patiently(method, work, claim)
    except EngineLost:
        # Of a batch, one item may have cost the engine: alone, the others are done.
        return await _ask_patiently(method, work, replace(claim, alone=True))


@retry(retry=retry_if_exception_type(Overloaded), wait=wait_random_exponential(multiplier=0.2, max=_BACK_OFF_S))
async def _ask_patiently(method: DeploymentHandle[Any], work: Any, claim: Claim) -> Any:
    return await _ask(method, work, claim)


async def _ask(method: DeploymentHandle[Any], *arguments: Any) -> Any:
    response = method.remote(*arguments)
    try:
        return await response
    except asyncio.CancelledError:
        response.cancel()  # type: ignore[no-untyped-call]
        raise
