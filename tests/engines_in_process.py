"""The engines without Ray between, with the same methods as `serving.analysts.Analysts`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from uuid import UUID

from models.faces.contract import Followed, IdentityRule, Stretch
from models.faces.default import DefaultFaceEngine
from models.language.embedding import TextEmbedder
from models.scoring.batch import Ensemble
from models.scoring.score import QuestionScore, ScoreRequest
from models.speech.contract import Segment
from models.speech.transcript import Transcript
from models.speech.whisper import WhisperRecognizer


class InProcess:
    """`watched` counts the pictures that were looked at."""

    def __init__(self, models_dir: Path) -> None:
        self.faces = DefaultFaceEngine(models_dir / "centerface", models_dir / "face-api")
        self.speech = WhisperRecognizer(models_dir / "whisper-base")
        self.watched = 0

    async def names(self) -> dict[str, str]:
        return {"speech": self.speech.name, "faces": self.faces.name}

    async def identity_rule(self) -> IdentityRule:
        return self.faces.identity_rule

    async def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
        return await asyncio.to_thread(self.speech.transcribe, segments)

    async def transcribe_provisionally(self, segment: Segment) -> Transcript:
        [transcript] = await self.transcribe([segment])
        return transcript

    async def follow(self, stretch: Stretch) -> Followed:
        self.watched += len(stretch.frames)
        [followed] = await asyncio.to_thread(self.faces.follow, [stretch])
        return followed


class ScoringInProcess(InProcess):
    """With the Scorer's engine as well."""

    def __init__(self, models_dir: Path) -> None:
        super().__init__(models_dir)
        self.scoring = Ensemble(TextEmbedder(models_dir / "e5-small"))

    def on_behalf_of(self, organisation_id: UUID) -> Self:
        return self

    async def names(self) -> dict[str, str]:
        return await super().names() | {"scoring": self.scoring.name}

    async def score(self, request: ScoreRequest) -> QuestionScore:
        [score] = await asyncio.to_thread(self.scoring.score, [request])
        return score
