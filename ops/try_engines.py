"""`parley models try`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import loadtests
from models.catalog import ModelMissing
from models.graphs.errors import GraphError
from models.settings import ModelSettings, UnknownEngine
from ops.errors import OperatorError
from ops.progress import step, tell
from ops.settings import OpsSettings

_RECORDINGS = Path(loadtests.__file__).parent / "recordings"
_HEARD_S = 8


def models_try() -> None:
    """Load the engines that the settings name, and show what they make of samples."""
    # torch, NeMo and insightface are imported only where they serve: the other commands start in a second.
    from models.device import require_device
    from ops.profiles import load_profile

    profile = load_profile(OpsSettings().profile)
    for device in (profile.transcriber.device, profile.face_analyst.device, profile.scorer.device):
        require_device(device)
    with _told("speech"):
        _try_speech(profile.transcriber.device, profile.transcriber.threads)
    with _told("face"):
        _try_faces(profile.face_analyst.device, profile.face_analyst.threads)
    with _told("text"):
        _try_text(profile.scorer.device, profile.scorer.threads)


def _try_speech(device: str, threads: int) -> None:
    """On the beginning of an English and of a Chinese answer."""
    from models.media.audio import decode_audio
    from models.speech.contract import SAMPLE_RATE, Segment
    from models.speech.engines import SpeechListeners, load_speech

    def on_fallback(reason: str, error: Exception | None) -> None:
        tell(f"The first engine is {reason}, so the second answers{f': {error}' if error else '.'}")

    with step("Loading the speech engine"):
        engine = load_speech(ModelSettings(), device, threads, SpeechListeners(on_fallback=on_fallback))
    print(f"speech: {engine.name}")
    samples = {"en": decode_audio(_RECORDINGS / "en-1.opus"), "zh": decode_audio(_RECORDINGS / "zh-1.opus")}
    for language in engine.capabilities.languages:
        sound = samples[language].samples[: _HEARD_S * SAMPLE_RATE]
        (transcript,) = engine.transcribe([Segment(sound, 0.0, language)])
        print(f"  {language}, {transcript.recognizer}: {transcript.text or 'no words'}")


def _try_faces(device: str, threads: int) -> None:
    """On the picture of a group that comes with insightface."""
    import insightface

    from models.faces.engines import load_faces
    from models.faces.picture import read_picture

    with step("Loading the face engine"):
        engine = load_faces(ModelSettings(), device, threads)
    print(f"faces: {engine.name}")
    picture = read_picture(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg")
    (faces,) = engine.analyse([picture])
    print(f"  {len(faces)} faces in a picture of six people")


def _try_text(device: str, threads: int) -> None:
    """On a sentence in English and in Chinese, and on another one."""
    from models.language.engines import load_embedder

    with step("Loading the text embedder"):
        embedder = load_embedder(ModelSettings(), device, threads)
    print(f"text: {embedder.name}")
    vectors = embedder.embed(["I apologised to the customer at once.", "我马上向客户道了歉。", "We planted trees."])
    same, other = embedder.similarity(vectors[:1], vectors[1:])[0]
    print(f"  {same:.2f} alike are a sentence and its translation, {other:.2f} two that say different things")


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What goes wrong with an engine, in one line."""
    try:
        yield
    except (UnknownEngine, ModelMissing, GraphError):
        raise
    except Exception as error:  # what engines and their libraries raise shares no base
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise OperatorError(f"The {what} engine does not work: {reason}") from error
