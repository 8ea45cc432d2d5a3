"""The engines alone on the shipped answers: what `python -m models.bench` measures, for speech and faces."""

from pathlib import Path

from pydantic import BaseModel

from loadtests.script import load_script
from models.bench.faces import FaceEngineBench, bench_face_engine
from models.bench.speech import SpeechEngineBench, bench_speech_engines
from models.graphs.errors import NoAccelerator
from ops.errors import OperatorError


class EnginesBench(BaseModel):
    """Both, measured one after the other on the same device."""

    speech: SpeechEngineBench
    faces: FaceEngineBench


def bench_engines(models_dir: Path, device: str, threads: int) -> EnginesBench:
    """With the models in `models_dir`, or random weights. Raises OperatorError where the device is not there."""
    scripts = load_script("zh"), load_script("en")
    spoken = [(answer.speech, script.language) for script in scripts for answer in script.answers]
    try:
        return EnginesBench(
            speech=bench_speech_engines(models_dir, spoken, device=device, threads=threads),
            faces=bench_face_engine(models_dir, device=device, threads=threads),
        )
    except NoAccelerator as error:
        raise OperatorError(str(error)) from error
