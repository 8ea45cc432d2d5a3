"""`parley bench`: measure the running Parley, or one started for the time, against what the machine could do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from models.catalog import model_folder
from models.settings import ModelSettings
from models.speech.whisper import BEAM_SIZE, WhisperRecognizer
from ops.attached import attached, engines
from ops.bench.chunks import ChunksBench, bench_chunks
from ops.bench.faces import FacesBench, bench_faces
from ops.bench.live import LiveBench, bench_live, engine_seconds
from ops.bench.machine import Machine, this_machine
from ops.bench.report import ReportBench, bench_report
from ops.bench.speech import SpeechBench, bench_speech, shipped_segments
from ops.bench.table import markdown, show
from ops.bench.whisper_work import WhisperWork
from ops.errors import OperatorError
from ops.keys import new_key
from ops.progress import step
from ops.running import Running
from ops.settings import OpsSettings
from serving.settings import EngineProfile, Profile

bench_app = typer.Typer(help="Measure this machine's Parley: ratios taken in one run.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print the table of docs/benchmarks.md.")]


class AllBenches(BaseModel):
    """All figures of one run, and the machine they were taken on."""

    machine: Machine
    chunks: ChunksBench
    live: LiveBench
    report: ReportBench
    speech: SpeechBench
    faces: FacesBench


@bench_app.command()
def chunks(json: Json = False) -> None:
    """How fast chunks are announced, uploaded and acknowledged."""
    _measure(_chunks, json)


@bench_app.command()
def live(json: Json = False) -> None:
    """How long after a word is spoken its live event comes."""
    _measure(_live, json)


@bench_app.command()
def report(json: Json = False) -> None:
    """How long after submitting the report is there."""
    _measure(_report, json)


@bench_app.command()
def speech(json: Json = False) -> None:
    """Transcription as served, against the bare engine."""
    _measure(_speech, json)


@bench_app.command()
def faces(json: Json = False) -> None:
    """The face engine, against insightface's loop; nothing needs to run for it."""
    _show(_faces(), json)


@bench_app.command("all")
def every(json: Json = False, in_markdown: Markdown = False) -> None:
    """All of them in turn, in less than ten minutes on two cores."""
    alone = _faces()  # before a Parley of our own is up: it would share the cores
    with attached(OpsSettings()) as running:
        result = AllBenches(
            machine=this_machine(),
            speech=_speech(running),
            chunks=_chunks(running),
            live=_live(running),
            report=_report(running),
            faces=alone,
        )
    if in_markdown:
        print(markdown(result.machine, result.chunks, result.live, result.report, result.speech, result.faces))
    else:
        _show(result, json)


def _chunks(running: Running) -> ChunksBench:
    with step("Sending chunks"):
        return asyncio.run(bench_chunks(running.url, new_key))


def _live(running: Running) -> LiveBench:
    with step("Playing answers, and following their live events"):
        seconds = engine_seconds(_recognizer(), shipped_segments())
        return asyncio.run(bench_live(running.url, new_key, seconds))


def _report(running: Running) -> ReportBench:
    with step("Playing answers, and waiting for their reports"):
        seconds = engine_seconds(_recognizer(), shipped_segments())
        return asyncio.run(bench_report(running.url, new_key, seconds))


def _speech(running: Running) -> SpeechBench:
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


def _faces() -> FacesBench:
    with step("Analysing faces"):
        return bench_faces(_folder("centerface"), _folder("face-api"))


def _recognizer() -> WhisperRecognizer:
    """The bare engine, with what the Transcriber has."""
    return WhisperRecognizer(_folder("whisper-base"), threads=_transcriber().threads)


def _transcriber() -> EngineProfile:
    profile = Profile.load(OpsSettings().profile).transcriber
    if profile.device != "cpu":
        raise OperatorError("The benchmarks compare with engines on this machine's CPU: use the profile embedded.")
    return profile


def _folder(model: str) -> Path:
    return model_folder(model, ModelSettings().models_dir)


def _measure(bench: Callable[[Running], BaseModel], json: bool) -> None:
    with attached(OpsSettings()) as running:
        result = bench(running)
    _show(result, json)


def _show(result: BaseModel, json: bool) -> None:
    if json:
        print(result.model_dump_json())
    else:
        show(result)
