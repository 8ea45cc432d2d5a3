"""The bare engine that our path is measured against: faster-whisper on the same weights, nothing around it."""

from pathlib import Path

from faster_whisper import WhisperModel

from models.speech.transcript import Language


class BareWhisper:
    """`WhisperModel.transcribe` as a newcomer would call it, with its own voice activity filter."""

    def __init__(self, folder: Path, *, beam_size: int, threads: int = 1, compute_type: str = "int8") -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type=compute_type, cpu_threads=threads)
        self._beam_size = beam_size

    def __call__(self, path: Path, language: Language | None) -> str:
        """The text of the recording at `path`. Whatever faster-whisper or PyAV raises is passed on."""
        segments, _ = self._model.transcribe(str(path), language=language, vad_filter=True, beam_size=self._beam_size)
        return "".join(segment.text for segment in segments)
