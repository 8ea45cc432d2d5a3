"""The speech engine that the settings ask for, alone or with others around it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from models.added import added_model
from models.catalog import model_folder
from models.settings import ModelSettings, UnknownEngine
from models.speech.by_language import ByLanguage
from models.speech.contract import Recognizer
from models.speech.fallback import FallbackRecognizer, Reason
from models.speech.shadow import Agreement, ShadowRecognizer

_EVERY_LANGUAGE = {"zh", "en"}


@dataclass(frozen=True)
class SpeechListeners:
    """Who is told when the secondary engine answers, and how far a second one agrees."""

    on_fallback: Callable[[Reason, Exception | None], None] = lambda reason, error: None
    on_agreement: Callable[[Agreement], None] = lambda agreement: None
    on_shadow_error: Callable[[Exception], None] = lambda error: None


def load_speech(settings: ModelSettings, device: str, threads: int, listeners: SpeechListeners) -> Recognizer:
    """The engine on `device` ("cpu" or "cuda"), which speaks both languages.

    Raises UnknownEngine, ModelMissing, or what an engine raises for a model that it cannot load.
    """

    def load(name: str) -> Recognizer:
        engine = _load_one(name, settings, device, threads)
        if set(engine.capabilities.languages) >= _EVERY_LANGUAGE:
            return engine
        return ByLanguage(engine, _load_one("whisper", settings, device, threads))

    engine = load(settings.speech)
    if settings.speech_fallback is not None:
        secondary = load(settings.speech_fallback)
        engine = FallbackRecognizer(engine, secondary, settings.speech_fallback_after_s, listeners.on_fallback)
    if settings.speech_shadow is not None:
        second = load(settings.speech_shadow)
        engine = ShadowRecognizer(
            engine, second, settings.speech_shadow_share, listeners.on_agreement, listeners.on_shadow_error
        )
    return engine


def speech_version(settings: ModelSettings) -> str:
    """What `load_speech` would load now: another text once a newer version of an added model is to serve."""
    names = (settings.speech, settings.speech_fallback, settings.speech_shadow)
    models = (added_model(name, settings.models_dir) for name in names if name is not None)
    return " ".join(" ".join((model.reference, *(model.languages or ()))) for model in models if model is not None)


def _load_one(name: str, settings: ModelSettings, device: str, threads: int) -> Recognizer:
    """Engines are imported only where they serve: NeMo alone takes ten seconds and 700 MB."""
    root = settings.models_dir
    # CTranslate2's wheels are built for another CUDA than torch's: on a GPU torch runs without further libraries.
    if name == "whisper":
        name = "whisper-ctranslate2" if device == "cpu" else "whisper-torch"
    if name == "whisper-ctranslate2":
        from models.speech.whisper import WhisperRecognizer

        return WhisperRecognizer(model_folder("whisper-base", root), device, threads)
    if name == "whisper-torch":
        from models.speech.torch_whisper.recognizer import TorchWhisperRecognizer

        return TorchWhisperRecognizer(model_folder("whisper-base", root), device, threads)
    if name == "moonshine":
        from models.speech.moonshine import MoonshineRecognizer

        return MoonshineRecognizer(model_folder("moonshine-tiny-en", root), device, threads)
    model = added_model(name, root)
    if model is None or model.kind != "nemo":
        raise UnknownEngine(
            f"There is no speech engine {name}: it is whisper, whisper-ctranslate2, whisper-torch, moonshine, or the"
            " name of a NeMo checkpoint that was added with: parley models add"
        )
    from models.speech.nemo.recognizer import NemoRecognizer

    engine = NemoRecognizer(model.path(root), device, threads, model.languages)
    engine.name = f"{model.reference} (nemo-{version('nemo-toolkit')})"
    return engine
