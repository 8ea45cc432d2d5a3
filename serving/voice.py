"""Voice: questions in, speech out, as files that browsers play."""

from collections.abc import Sequence

from models.device import require_device
from models.service_times import ServiceTimes
from models.settings import ModelSettings
from models.voice.contract import Synthesizer, Text
from models.voice.encoding import Clip, encode
from models.voice.engines import load_voice, voice_name
from models.voice.timed import TimedVoice
from serving.engine import batched
from serving.fair_queue import Claim
from serving.on_demand import OnDemand
from serving.settings import ServingSettings, VoiceProfile


class Voice:
    """Speaks through one Synthesizer, which is loaded with the first text and let go when none has come for a while."""

    def __init__(self, profile: VoiceProfile) -> None:
        self._name = _name(profile)
        self._engine = OnDemand(lambda: _engine(profile), profile.keep_s)
        self._batch = batched("Voice", self._compute, profile)

    async def speak(self, text: Text, claim: Claim | None = None) -> Clip:
        """A text as speech. Raises Overloaded, or NothingToSay for a text without words."""
        return await self._batch(text, claim)

    async def name(self) -> str:
        """The engine and its voices, with their versions; nothing is loaded for it."""
        return self._name

    @property
    def is_loaded(self) -> bool:
        """Whether the engine is in memory."""
        return self._engine.is_loaded

    def check_health(self) -> None:
        """Ray Serve calls this now and then, and replaces a replica whose engine is lost. Raises EngineLost."""
        self._batch.check_health()

    def _compute(self, texts: Sequence[Text]) -> list[Clip]:
        with self._engine.use() as engine:
            return [encode(speech) for speech in engine.speak(texts)]


def _name(profile: VoiceProfile) -> str:
    serving = ServingSettings()
    if serving.engine == "timed":
        return ServiceTimes.of(profile.device, serving.service_times).name
    return voice_name()


def _engine(profile: VoiceProfile) -> Synthesizer:
    serving = ServingSettings()
    if serving.engine == "timed":
        return TimedVoice(ServiceTimes.of(profile.device, serving.service_times))
    require_device(profile.device)
    return load_voice(ModelSettings(), profile.device, profile.threads)
