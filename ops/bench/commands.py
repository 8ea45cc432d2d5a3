"""`parley bench`: measure the running Parley, or one started for the time, against what the machine could do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import BaseModel

from models.catalog import model_folder
from models.settings import ModelSettings
from ops.errors import OperatorError
from ops.progress import step
from ops.running import Running
from ops.settings import OpsSettings

if TYPE_CHECKING:
    from models.speech.whisper import WhisperRecognizer
    from ops.bench.chunks import ChunksBench
    from ops.bench.engines import EnginesBench
    from ops.bench.faces import FacesBench
    from ops.bench.growing import GrowingBench
    from ops.bench.invitations import InvitationsBench
    from ops.bench.live import LiveBench
    from ops.bench.report import ReportBench
    from ops.bench.speech import SpeechBench
    from serving.settings import EngineProfile

LONG_MINUTES = 3.0

bench_app = typer.Typer(help="Measure this machine's Parley: ratios taken in one run.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Minutes = Annotated[float, typer.Option(min=1, max=30, help="Length of the longest answer.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print the table of docs/benchmarks.md.")]


@bench_app.command()
def chunks(json: Json = False) -> None:
    """How fast chunks are announced, uploaded and acknowledged."""
    _measure(_chunks, json)


@bench_app.command()
def invitations(json: Json = False) -> None:
    """How fast ten thousand candidates are invited in one request."""
    _measure(_invitations, json)


@bench_app.command()
def live(json: Json = False) -> None:
    """How long after a word is spoken its live event comes."""
    _measure(_live, json)


@bench_app.command()
def report(
    json: Json = False,
    minutes: Annotated[float, typer.Option(min=1, max=30, help="Of the longest answer.")] = LONG_MINUTES,
) -> None:
    """How long after submitting the report is there."""
    _measure(lambda running: _report(running, 60 * minutes), json)


@bench_app.command()
def growing(json: Json = False) -> None:
    """What a chunk of a growing recording costs to read, over half an hour; nothing needs to run for it."""
    _show(_growing(), json)


@bench_app.command()
def speech(json: Json = False) -> None:
    """Transcription as served, against the bare engine."""
    _measure(_speech, json)


@bench_app.command()
def faces(json: Json = False) -> None:
    """The face engine, against insightface's loop; nothing needs to run for it."""
    _show(_faces(), json)


@bench_app.command()
def runner(json: Json = False) -> None:
    """The face graphs behind a Triton server of this machine, against onnxruntime; nothing needs to run for it."""
    from ops.bench.runner import bench_runner

    with step("Running graphs on Triton and in onnxruntime"):
        result = bench_runner(_folder("centerface"), _folder("face-api"))
    _show(result, json)


@bench_app.command("engines")
def alone(
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="What the engines compute on.")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    json: Json = False,
) -> None:
    """The speech and face engines alone, against what the device could do; nothing needs to run for it."""
    _show(_engines(device, threads), json)


@bench_app.command("all")
def every(json: Json = False, in_markdown: Markdown = False) -> None:
    """All of them in turn, in less than ten minutes on two cores."""
    from models.bench.machine import this_machine
    from ops.attached import attached
    from ops.bench.table import AllBenches, markdown

    # Before a Parley of our own is up: it would share the cores.
    faces, growing = _faces(), _growing()
    with attached(OpsSettings()) as running:
        result = AllBenches(
            machine=this_machine(),
            speech=_speech(running),
            chunks=_chunks(running),
            live=_live(running),
            report=_report(running),
            faces=faces,
            growing=growing,
            # Last: its messages are still being delivered for a while.
            invitations=_invitations(running),
        )
    if in_markdown:
        print(markdown(result))
    else:
        _show(result, json)


def _chunks(running: Running) -> "ChunksBench":
    from ops.bench.chunks import bench_chunks
    from ops.keys import new_key

    with step("Sending chunks"):
        return asyncio.run(bench_chunks(running.url, new_key))


def _invitations(running: Running) -> "InvitationsBench":
    from ops.bench.invitations import bench_invitations
    from ops.bench.sitting import fresh_key
    from ops.keys import new_key

    with step("Inviting ten thousand candidates"):
        return bench_invitations(running.url, asyncio.run(fresh_key(new_key)), running.pid)


def _live(running: Running) -> "LiveBench":
    from ops.bench.live import bench_live, engine_seconds
    from ops.bench.speech import shipped_segments
    from ops.keys import new_key

    with step("Playing answers, and following their live events"):
        seconds = engine_seconds(_recognizer(), shipped_segments())
        return asyncio.run(bench_live(running.url, new_key, seconds))


def _report(running: Running, long_s: float = 60 * LONG_MINUTES) -> "ReportBench":
    from ops.bench.live import engine_seconds
    from ops.bench.report import bench_report
    from ops.bench.speech import shipped_segments
    from ops.keys import new_key

    with step("Playing answers, and waiting for their reports"):
        seconds = engine_seconds(_recognizer(), shipped_segments())
        return asyncio.run(bench_report(running.url, new_key, seconds, long_s=long_s))


def _speech(running: Running) -> "SpeechBench":
    from models.speech.whisper_decoding import BEAM_SIZE
    from ops.attached import engines
    from ops.bench.speech import bench_speech, shipped_segments
    from ops.bench.whisper_work import WhisperWork

    with step("Transcribing"), engines(running) as analysts:
        return asyncio.run(
            bench_speech(
                analysts.transcribe,
                _recognizer(),
                shipped_segments(),
                WhisperWork(_folder("whisper-base"), BEAM_SIZE),
                threads=_transcriber().threads,
            )
        )


def _faces() -> "FacesBench":
    from ops.bench.faces import bench_faces

    with step("Analysing faces"):
        return bench_faces(_folder("centerface"), _folder("face-api"))


def _growing() -> "GrowingBench":
    from ops.bench.growing import bench_growing

    with step("Reading a growing recording"):
        return bench_growing()


def _engines(device: str, threads: int) -> "EnginesBench":
    from ops.bench.engines import bench_engines

    with step("Running the engines alone"):
        return bench_engines(ModelSettings().models_dir, device, threads)


def _recognizer() -> "WhisperRecognizer":
    """The bare engine, with what the Transcriber has."""
    from models.speech.whisper import WhisperRecognizer

    return WhisperRecognizer(_folder("whisper-base"), threads=_transcriber().threads)


def _transcriber() -> "EngineProfile":
    from ops.profiles import load_profile

    profile = load_profile(OpsSettings().profile).transcriber
    if profile.device != "cpu":
        raise OperatorError("The benchmarks compare with engines on this machine's CPU: use the profile embedded.")
    return profile


def _folder(model: str) -> Path:
    return model_folder(model, ModelSettings().models_dir)


def _measure(bench: Callable[[Running], BaseModel], json: bool) -> None:
    from ops.attached import attached

    with attached(OpsSettings()) as running:
        result = bench(running)
    _show(result, json)


def _show(result: BaseModel, json: bool) -> None:
    from ops.bench.table import show

    if json:
        print(result.model_dump_json())
    else:
        show(result)
