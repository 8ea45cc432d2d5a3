"""How fast frames are analysed with nothing around the engine: detection, landmarks, expression and identity."""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import skimage.data
import torch
from numpy.typing import NDArray
from pydantic import BaseModel

from models.bench.ceiling import Kind, Work, measure_ceiling
from models.bench.face_work import FaceWork
from models.bench.hardware import device_name, memory_gib
from models.bench.machine import Machine, this_machine
from models.bench.random_faces import MARK, write_random_faces
from models.bench.spread import Spread
from models.device import require_device
from models.faces.device_engine import FRAME_BATCH, DeviceFaceEngine

Frame = NDArray[np.uint8]

HEIGHT, WIDTH = 480, 640
CPU_FRAMES, CUDA_FRAMES = 4, 4 * FRAME_BATCH
ROUNDS = {"cpu": 3, "cuda": 5}


class FaceEngineBench(BaseModel):
    """Frames of 640 x 480 with one face each, every one looked at in full.

    gmacs_per_frame: of all networks, counted from their graphs. mbytes_per_frame: its pixels, and its share of the
    weights, which each batch reads once. ceiling_*: a matrix product in `numbers`, and copying, measured in the same
    run; floor_fps: what they would make of that work, and ratio_to_floor: fps over it.
    """

    machine: Machine
    device: str
    gpu: str | None
    threads: int
    weights: Literal["real", "random"]
    frames: int
    batch: int
    faces: int
    fps: Spread
    memory_gib: float
    gmacs_per_frame: float
    mbytes_per_frame: float
    numbers: Kind
    ceiling_gmacs_per_s: float
    ceiling_gbytes_per_s: float
    floor_fps: float
    ratio_to_floor: float


def bench_face_engine(models_dir: Path, *, device: str = "cpu", threads: int = 1) -> FaceEngineBench:
    """Measure the engine of CenterFace and face-api in torch, with the models in `models_dir`, or random ones.

    Raises NoAccelerator where the device is not there.
    """
    require_device(device)
    torch.set_num_threads(threads)
    if (models_dir / "centerface").is_dir() and (models_dir / "face-api").is_dir():
        return _bench(models_dir, portrait(), "real", device, threads)
    with TemporaryDirectory() as folder:
        root = Path(folder, "models")
        write_random_faces(root)
        return _bench(root, marked(), "random", device, threads)


def portrait() -> Frame:
    """One face, uint8 RGB [480, 640, 3]: a picture that comes with scikit-image."""
    picture: Frame = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    side = (WIDTH - picture.shape[1]) // 2
    return np.pad(picture[:HEIGHT], ((0, 0), (side, side), (0, 0)), mode="edge")


def marked() -> Frame:
    """Noise with the one white square in which the random detector sees a face."""
    picture = np.random.default_rng(0).integers(0, 200, (HEIGHT, WIDTH, 3), np.uint8)
    picture[HEIGHT // 2 :, WIDTH // 2 :][:MARK, :MARK] = 255
    return picture


def _bench(
    root: Path, picture: Frame, weights: Literal["real", "random"], device: str, threads: int
) -> FaceEngineBench:
    centerface, face_api = root / "centerface", root / "face-api"
    kind: Kind = "float32" if device == "cpu" else "tf32"
    ceiling = measure_ceiling(kind, threads, device)
    engine = DeviceFaceEngine(centerface, face_api, device)
    count, batch = (CPU_FRAMES, 1) if device == "cpu" else (CUDA_FRAMES, FRAME_BATCH)
    frames = _moved(picture, count)
    faces = sum(map(len, engine.analyse(frames)))  # also the run that warms up
    fps = Spread.of([count / _seconds(engine, frames) for _ in range(ROUNDS["cpu" if device == "cpu" else "cuda"])])
    used = memory_gib(device)
    work = FaceWork(centerface, face_api)
    macs = work.detection(HEIGHT, WIDTH) + faces / count * (work.features + work.identity)
    read = picture.nbytes + work.weight_bytes / batch
    floor = 1 / ceiling.seconds([Work(macs, read)])
    return FaceEngineBench(
        machine=this_machine(),
        device=device,
        gpu=device_name(device),
        threads=threads,
        weights=weights,
        frames=count,
        batch=batch,
        faces=faces,
        fps=fps,
        memory_gib=used,
        gmacs_per_frame=round(macs / 1e9, 4),
        mbytes_per_frame=round(read / 1e6, 3),
        numbers=kind,
        ceiling_gmacs_per_s=round(ceiling.macs_per_s / 1e9, 2),
        ceiling_gbytes_per_s=round(ceiling.bytes_per_s / 1e9, 2),
        floor_fps=round(floor, 2),
        ratio_to_floor=round(fps.median / floor, 4),
    )


def _moved(picture: Frame, count: int) -> list[Frame]:
    """The picture, each time a few pixels further, by the steps of the random detector's grid."""
    return [np.roll(picture, MARK * (row % 8), axis=1) for row in range(count)]


def _seconds(engine: DeviceFaceEngine, frames: Sequence[Frame]) -> float:
    started = time.perf_counter()
    engine.analyse(frames)
    return time.perf_counter() - started
