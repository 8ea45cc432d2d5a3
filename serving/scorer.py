"""Scorer: answers of all candidates in, scores out."""

from models.catalog import model_folder
from models.device import require_device
from models.language.timed import TimedEmbedder
from models.scoring.batch import Embedder, Ensemble
from models.scoring.score import QuestionScore, ScoreRequest
from models.service_times import ServiceTimes
from models.settings import ModelSettings
from serving.engine import batched
from serving.fair_queue import Claim
from serving.settings import EngineProfile, ServingSettings


class Scorer:
    """Batches answers across candidates through the ensemble; their sentences are embedded together."""

    def __init__(self, profile: EngineProfile) -> None:
        self._ensemble = Ensemble(_embedder(profile))
        self._batch = batched("Scorer", self._ensemble.score, profile)

    async def score(self, request: ScoreRequest, claim: Claim | None = None) -> QuestionScore:
        """The score of one answer, with every member's contribution and evidence. Raises Overloaded."""
        return await self._batch(request, claim)

    async def name(self) -> str:
        """The ensemble and its embedding model, with their versions."""
        return self._ensemble.name

    def check_health(self) -> None:
        """Ray Serve calls this now and then, and replaces a replica whose engine hangs. Raises EngineHung."""
        self._batch.check_health()

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What Ray Serve's autoscaler is told."""
        return self._batch.load()


def _embedder(profile: EngineProfile) -> Embedder:
    serving = ServingSettings()
    if serving.engine == "timed":
        return TimedEmbedder(ServiceTimes.of(profile.device, serving.service_times))
    require_device(profile.device)
    from models.language.embedding import TextEmbedder

    folder = model_folder("e5-small", ModelSettings().models_dir)
    return TextEmbedder(folder, device=profile.device, threads=profile.threads)
