"""How fast Whisper base transcribes with nothing around it: the network alone, and whole engines on speech."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from pydantic import BaseModel
from tokenizers import Tokenizer

from models.bench.ceiling import Ceiling, Kind, Work, measure_ceiling
from models.bench.hardware import device_name, memory_gib
from models.bench.machine import Machine, this_machine
from models.bench.spread import Spread
from models.bench.whisper_network import FRAMES, SHAPE, network_run
from models.bench.whisper_work import whisper_work
from models.device import require_device
from models.media.audio import decode_audio
from models.speech.contract import SAMPLE_RATE, Recognizer, Segment
from models.speech.torch_whisper.recognizer import ROWS_AT_ONCE, TorchWhisperRecognizer
from models.speech.transcript import Language, Transcript
from models.speech.whisper import WhisperRecognizer
from models.speech.whisper_decoding import BEAM_SIZE

SEGMENT_S = 28.0  # as long as segments get, and in a window of 30 s
CPU_ROWS = 2
ROUNDS = {"cpu": 2, "cuda": 5}

Weights = Literal["real", "random"]


class SpeechFigures(BaseModel):
    """One engine on batches of `rows` segments of `segment_s` seconds.

    rtfx: seconds of sound a second. tokens: written for a row, the mean. gmacs_per_segment, mbytes_per_segment: the
    least work, see whisper_work. ceiling_*: a matrix product in the engine's number type, and copying, measured in the
    same run; floor_rtfx: what they would make of that work, and ratio_to_floor: rtfx over it.
    """

    engine: str
    weights: Weights
    rows: int
    segment_s: float
    tokens: float
    rtfx: Spread
    memory_gib: float
    gmacs_per_segment: float
    mbytes_per_segment: float
    numbers: Kind
    ceiling_gmacs_per_s: float
    ceiling_gbytes_per_s: float
    floor_rtfx: float
    ratio_to_floor: float


class SpeechEngineBench(BaseModel):
    """Whisper base on one device. left_out: what was not measured, with the reason."""

    machine: Machine
    device: str
    gpu: str | None
    threads: int
    engines: list[SpeechFigures]
    left_out: str


def bench_speech_engines(
    models_dir: Path, spoken: Sequence[tuple[Path, Language]] = (), *, device: str = "cpu", threads: int = 1
) -> SpeechEngineBench:
    """Measure the network, and on recordings of speech the engines around it.

    The network writes TOKENS tokens for every row, whatever its weights: those in `models_dir`, or random ones. The
    engines need the real ones. Raises NoAccelerator where the device is not there, and MediaError for a recording.
    """
    require_device(device)
    torch.set_num_threads(threads)
    kinds: tuple[Kind, ...] = ("float32", "int8") if device == "cpu" else ("float16",)
    ceilings = {kind: measure_ceiling(kind, threads, device) for kind in kinds}
    rows, rounds = (CPU_ROWS, ROUNDS["cpu"]) if device == "cpu" else (ROWS_AT_ONCE, ROUNDS["cuda"])
    folder = models_dir / "whisper-base"
    is_real = (folder / "model.bin").is_file()

    def figures(
        engine: str, run: Callable[[], Sequence[int]], weights: Weights, kind: Kind, value_bytes: int
    ) -> SpeechFigures:
        tokens = run()  # also the run that warms up
        seconds = [_seconds(run) for _ in range(rounds)]
        weight_bytes = 1 if kind == "int8" else value_bytes
        work = whisper_work(SHAPE, FRAMES, tokens, BEAM_SIZE, weight_bytes=weight_bytes, value_bytes=value_bytes)
        return _figures(engine, weights, tokens, seconds, work, kind, ceilings[kind], memory_gib(device))

    value_bytes = 4 if device == "cpu" else 2
    found = [
        figures(
            f"network/torch-{torch.__version__}",
            network_run(folder if is_real else None, rows, SEGMENT_S, device),
            "real" if is_real else "random",
            kinds[0],
            value_bytes,
        )
    ]
    left_out: list[str] = []
    if not is_real:
        left_out.append(f"engines: there is no Whisper in {folder}")
    elif not spoken:
        left_out.append("engines: no recording of speech was given")
    else:
        segments = segments_of(spoken, rows)
        engines: tuple[tuple[Callable[[], Recognizer], Kind], ...] = (
            (lambda: TorchWhisperRecognizer(folder, device, threads), kinds[0]),
            (lambda: WhisperRecognizer(folder, device, threads), kinds[-1]),
        )
        for load, kind in engines:
            try:
                engine = load()
                run = _transcription(engine, segments, folder)
                found.append(figures(engine.name, run, "real", kind, value_bytes))
            except RuntimeError as error:  # CTranslate2, where its CUDA libraries are not installed
                left_out.append(str(error).splitlines()[0])
    return SpeechEngineBench(
        machine=this_machine(),
        device=device,
        gpu=device_name(device),
        threads=threads,
        engines=found,
        left_out="; ".join(left_out),
    )


def segments_of(spoken: Sequence[tuple[Path, Language]], rows: int) -> list[Segment]:
    """`rows` different segments of SEGMENT_S: the recordings' whole stretches in turn, ever a little softer.

    A recording that is shorter is repeated to that length. Raises MediaError.
    """
    size = round(SEGMENT_S * SAMPLE_RATE)
    parts: list[Segment] = []
    for path, language in spoken:
        audio = decode_audio(path).samples
        audio = np.resize(audio, max(size, len(audio)))
        starts = range(0, len(audio) - size + 1, size)
        parts += [Segment(audio[start : start + size], 0.0, language, ((0.0, SEGMENT_S),)) for start in starts]
    return [
        replace(part, audio=part.audio * np.float32(1 - 0.002 * row))
        for row, part in enumerate(islice(cycle(parts), rows))
    ]


def _transcription(engine: Recognizer, segments: Sequence[Segment], folder: Path) -> Callable[[], list[int]]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def tokens(transcript: Transcript) -> int:
        return len(tokenizer.encode(transcript.text, add_special_tokens=False).ids) + 1  # the end

    return lambda: [tokens(transcript) for transcript in engine.transcribe(segments)]


def _figures(
    engine: str,
    weights: Weights,
    tokens: Sequence[int],
    seconds: Sequence[float],
    work: Sequence[Work],
    kind: Kind,
    ceiling: Ceiling,
    memory: float,
) -> SpeechFigures:
    rows = len(tokens)
    rtfx = Spread.of([rows * SEGMENT_S / spent for spent in seconds])
    floor = rows * SEGMENT_S / ceiling.seconds(work)
    return SpeechFigures(
        engine=engine,
        weights=weights,
        rows=rows,
        segment_s=SEGMENT_S,
        tokens=round(sum(tokens) / rows, 1),
        rtfx=rtfx,
        memory_gib=memory,
        gmacs_per_segment=round(sum(phase.macs for phase in work) / rows / 1e9, 2),
        mbytes_per_segment=round(sum(phase.bytes for phase in work) / rows / 1e6, 1),
        numbers=kind,
        ceiling_gmacs_per_s=round(ceiling.macs_per_s / 1e9, 2),
        ceiling_gbytes_per_s=round(ceiling.bytes_per_s / 1e9, 2),
        floor_rtfx=round(floor, 2),
        ratio_to_floor=round(rtfx.median / floor, 4),
    )


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
