"""The voice that the catalogue brings."""

from models.catalog import load_catalogue, model_folder
from models.settings import ModelSettings
from models.speech.transcript import Language
from models.voice.kokoro import Kokoro

_NETWORK, _VOICES = "kokoro", "kokoro-voices"
# By the first letter of a voice's name, as its makers name them; the first of a language in the catalogue serves.
_LANGUAGES: dict[str, Language] = {"a": "en", "z": "zh"}


def load_voice(settings: ModelSettings, device: str, threads: int) -> Kokoro:
    """The engine on `device` ("cpu" or "cuda"), with the catalogue's voice for each language.

    Raises ModelMissing, ModelCorrupt, NoAccelerator or GraphError.
    """
    root = settings.models_dir
    network, folder = model_folder(_NETWORK, root), model_folder(_VOICES, root)
    voices = {language: folder / file for language, file in _voices().items()}
    return Kokoro(
        network / "kokoro-v1.0.int8.onnx", network / "vocab.json", voices, voice_name(), device=device, threads=threads
    )


def voice_name() -> str:
    """The name of the engine that `load_voice` loads, without loading it."""
    version = load_catalogue().entry(_NETWORK).version
    return f"{version}; {', '.join(sorted(file.removesuffix('.bin') for file in _voices().values()))}"


def _voices() -> dict[Language, str]:
    found: dict[Language, str] = {}
    for file in load_catalogue().entry(_VOICES).files:
        if (language := _LANGUAGES.get(file.name[0])) is not None:
            found.setdefault(language, file.name)
    return found
