"""`parley evaluate`: measure the served engines on a folder of recordings or pictures."""

import asyncio
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel
from rich.pretty import pprint

from models.catalog import model_folder
from models.settings import ModelSettings
from ops.progress import console, step
from ops.settings import OpsSettings

if TYPE_CHECKING:
    from models.speech.recognition import SpeechReader
    from models.speech.transcript import Language, Transcript
    from ops.evaluate.fillers import Span
    from serving.analysts import Analysts

evaluate_app = typer.Typer(help="Measure the served engines on real data.", no_args_is_help=True)

_SEGMENTS_AT_ONCE = 4

Data = Annotated[Path, typer.Argument(help="Folder with a manifest.jsonl.", exists=True, file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@evaluate_app.command()
def speech(data: Data, json: Json = False) -> None:
    """Error rates and speed of the served speech path, against the bare engine on the same files."""
    from models.speech.recognition import SpeechReader
    from models.speech.vad import SileroVad
    from models.speech.whisper_decoding import BEAM_SIZE
    from ops.attached import attached, engines
    from ops.evaluate.bare import BareWhisper
    from ops.evaluate.speech import evaluate_speech

    with attached(OpsSettings()) as running, engines(running) as analysts, asyncio.Runner() as runner:
        vad = SileroVad()
        bare = BareWhisper(model_folder("whisper-base", ModelSettings().models_dir), beam_size=BEAM_SIZE, threads=2)

        def ours(path: Path, language: "Language | None") -> "Transcript":
            return runner.run(_transcribe(SpeechReader(path, vad, language), analysts))

        with step(f"Evaluating speech on {data}"):
            result = evaluate_speech(data, ours, bare)
    _print(result, json)


@evaluate_app.command()
def fillers(data: Data, json: Json = False) -> None:
    """Fillers, pauses and the times of words in unscripted speech."""
    from models.speech.recognition import SpeechReader
    from models.speech.vad import SileroVad
    from ops.attached import attached, engines
    from ops.evaluate.fillers import evaluate_fillers

    with attached(OpsSettings()) as running, engines(running) as analysts, asyncio.Runner() as runner:
        vad = SileroVad()

        def listen(path: Path, language: "Language | None") -> "tuple[Transcript, list[Span]]":
            reader = SpeechReader(path, vad, language)
            transcript = runner.run(_transcribe(reader, analysts))
            return transcript, [span for part in reader.prosody for span in part.spans]

        with step(f"Evaluating fillers on {data}"):
            result = evaluate_fillers(data, listen)
    _print(result, json)


@evaluate_app.command()
def mandarin(data: Data, json: Json = False) -> None:
    """What each step does for the error rate of Whisper base on Mandarin; needs no running server."""
    from ops.evaluate.mandarin import evaluate_mandarin

    with step(f"Evaluating Mandarin on {data}"):
        result = evaluate_mandarin(data, model_folder("whisper-base", ModelSettings().models_dir))
    _print(result, json)


@evaluate_app.command()
def voices(data: Data, json: Json = False) -> None:
    """How well voices are told apart, and another voice in an answer is seen; needs no running server."""
    from models.speakers.encoder import SpeakerEncoder
    from models.speakers.heard import hear_recording
    from models.speech.vad import SileroVad
    from ops.evaluate.voices import evaluate_voices

    vad, encoder = SileroVad(), SpeakerEncoder(model_folder("ge2e-speaker", ModelSettings().models_dir))
    with step(f"Evaluating voices on {data}"):
        result = evaluate_voices(data, lambda path: hear_recording(path, vad, encoder))
    _print(result, json)


@evaluate_app.command()
def faces(data: Data, json: Json = False) -> None:
    """Detection, identity and smile of the served face engine."""
    from ops.attached import attached, engines
    from ops.evaluate.faces import evaluate_faces

    with attached(OpsSettings()) as running, engines(running) as analysts, asyncio.Runner() as runner:
        rule, names = runner.run(analysts.identity_rule()), runner.run(analysts.names())
        with step(f"Evaluating faces on {data}"):
            result = evaluate_faces(
                data, lambda frames: runner.run(analysts.faces(frames)), engine=names["faces"], rule=rule
            )
    _print(result, json)


async def _transcribe(reader: "SpeechReader", analysts: "Analysts") -> "Transcript":
    """The transcript of a recording, read and transcribed a few segments at a time. Raises MediaError."""
    from models.speech.recognition import merge

    segments = reader.segments()
    transcripts: list[Transcript] = []
    while batch := list(islice(segments, _SEGMENTS_AT_ONCE)):
        transcripts += await analysts.transcribe(batch)
    return merge(transcripts, (await analysts.names())["speech"], reader.language)


def _print(result: BaseModel, json: bool) -> None:
    if json:
        print(result.model_dump_json())
    else:
        pprint(result.model_dump(), console=console, expand_all=True)
