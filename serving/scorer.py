"""Scorer: answers of all candidates in, scores out."""

from collections.abc import Sequence

from models.device import require_device
from models.language.timed import TimedEmbedder
from models.scoring.batch import Embedder, Ensemble
from models.scoring.score import QuestionScore, ScoreRequest
from models.service_times import ServiceTimes
from models.settings import ModelSettings
from serving.engine import batched
from serving.fair_queue import Claim
from serving.rolling import Rolling
from serving.settings import EngineProfile, ServingSettings


class Scorer:
    """Batches answers across candidates through the ensemble; their sentences are embedded together."""

    def __init__(self, profile: EngineProfile) -> None:
        self._ensemble = Rolling(lambda: Ensemble(_embedder(profile)), _version)
        self._batch = batched("Scorer", self._compute, profile)

    async def score(self, request: ScoreRequest, claim: Claim | None = None) -> QuestionScore:
        """The score of one answer, with every member's contribution and evidence. Raises Overloaded."""
        return await self._batch(request, claim)

    async def name(self) -> str:
        """The ensemble and its embedding model, with their versions."""
        return self._ensemble.current.name

    def check_health(self) -> None:
        """Ray Serve calls this now and then, and replaces a replica whose engine is lost. Raises EngineLost."""
        self._batch.check_health()

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return self._batch.load()

    def _compute(self, requests: Sequence[ScoreRequest]) -> list[QuestionScore]:
        return self._ensemble.current.score(requests)


def _embedder(profile: EngineProfile) -> Embedder:
    serving = ServingSettings()
    if serving.engine == "timed":
        return TimedEmbedder(ServiceTimes.of(profile.device, serving.service_times))
    require_device(profile.device)
    from models.language.engines import load_embedder

    return load_embedder(ModelSettings(), profile.device, profile.threads)


def _version() -> str:
    if ServingSettings().engine == "timed":
        return ""
    from models.language.engines import embedder_version

    return embedder_version(ModelSettings())
