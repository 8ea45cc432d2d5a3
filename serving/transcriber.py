"""Transcriber: speech segments of all candidates in, transcripts out."""

from models.catalog import model_folder
from models.settings import ModelSettings
from models.speech.contract import Segment
from models.speech.transcript import Transcript
from models.speech.whisper import WhisperRecognizer
from serving.engine import batched
from serving.settings import EngineProfile


class Transcriber:
    """Batches segments across candidates through one Recognizer."""

    def __init__(self, profile: EngineProfile) -> None:
        folder = model_folder("whisper-base", ModelSettings().models_dir)
        self._recognizer = WhisperRecognizer(folder, device=profile.device, threads=profile.threads)
        self._batch = batched("Transcriber", self._recognizer.transcribe, profile)

    async def transcribe(self, segment: Segment) -> Transcript:
        """The transcript of one segment of at most the engine's longest length."""
        return await self._batch(segment)

    async def name(self) -> str:
        """The engine and its version."""
        return self._recognizer.name
