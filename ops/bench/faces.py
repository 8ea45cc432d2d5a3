"""How fast faces are analysed: tracked, with every frame looked at in full, and by insightface's loop, in one run."""

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from loadtests.recording import SAMPLE_RATE, candidate_picture, compose
from models.bench.ceiling import Work, measure_ceiling
from models.bench.face_work import FaceWork
from models.bench.spread import Spread
from models.faces.contract import Stretch, Track
from models.faces.default import DefaultFaceEngine
from models.faces.tracking import GLANCE_SIDE, PATCH_SIDE
from models.media.frames import sample_frames
from ops.bench.face_loop import FaceLoop

Frame = NDArray[np.uint8]

BLOCK = 8  # frames of one take in one call, as the Processor sends them
STRIDE = 32  # the detector takes sides in steps of this


class FacesBench(BaseModel):
    """Figures of one run; frames a second count frames of all candidates. Ratios are above 1 where ours is faster.

    fps: tracked, batched over candidates. every_frame_fps: the same engine without tracking. loop_fps: insightface's
    loop. gmacs_per_frame: work of the networks for a tracked frame, counted from their graphs. mbytes_per_frame: its
    pixels, and its share of the weights, which each batch reads once. ceiling_gmacs_per_s, ceiling_gbytes_per_s: of a
    float32 matrix product, and of copying. ratio_to_floor: the share of the time in which the ceilings' speed would
    have done it.
    """

    candidates: int
    frames: int
    threads: int
    fps: Spread
    every_frame_fps: Spread
    loop_fps: Spread
    ratio_to_insightface_loop: Spread
    tracked_ratio: Spread
    gmacs_per_frame: float
    mbytes_per_frame: float
    ceiling_gmacs_per_s: float
    ceiling_gbytes_per_s: float
    floor_fps: float
    ratio_to_floor: float


def bench_faces(
    centerface: Path, face_api: Path, *, threads: int = 1, candidates: int = 4, seconds: float = 8, rounds: int = 3
) -> FacesBench:
    """Analyse `candidates` moving pictures of 640 x 480 at two frames a second, `rounds` times by each of three ways.

    The three take turns, so that a machine that slows down slows them all. On a CPU, on `threads` threads.
    """
    takes = moving_pictures(candidates, seconds)
    engine, loop = DefaultFaceEngine(centerface, face_api, threads=threads), FaceLoop(centerface, face_api, threads)
    frames = [frame for take in takes for frame in take]

    def every_frame() -> None:
        for first in range(0, len(takes[0]), BLOCK):
            engine.analyse([frame for take in takes for frame in take[first : first + BLOCK]])

    def one_by_one() -> None:
        for frame in frames:
            loop.get(frame)

    work = FaceWork(centerface, face_api)
    macs = _tracked_macs(engine, takes, work) / len(frames)  # also the run that warms up
    ways: tuple[Callable[[], object], ...] = (lambda: _track(engine, takes), every_frame, one_by_one)
    speeds = [[len(frames) / _seconds(way) for way in ways] for _ in range(rounds)]
    tracked, every, plain = ([speed[way] for speed in speeds] for way in range(3))
    read = frames[0].nbytes + work.weight_bytes / (BLOCK * candidates)
    ceiling = measure_ceiling("float32", threads)
    floor = 1 / ceiling.seconds([Work(macs, read)])
    fps = Spread.of(tracked)
    return FacesBench(
        candidates=candidates,
        frames=len(frames),
        threads=threads,
        fps=fps,
        every_frame_fps=Spread.of(every),
        loop_fps=Spread.of(plain),
        ratio_to_insightface_loop=Spread.of([speed[0] / speed[2] for speed in speeds]),
        tracked_ratio=Spread.of([speed[0] / speed[1] for speed in speeds]),
        gmacs_per_frame=round(macs / 1e9, 4),
        mbytes_per_frame=round(read / 1e6, 3),
        ceiling_gmacs_per_s=round(ceiling.macs_per_s / 1e9, 2),
        ceiling_gbytes_per_s=round(ceiling.bytes_per_s / 1e9, 2),
        floor_fps=round(floor, 2),
        ratio_to_floor=round(fps.median / floor, 4),
    )


def moving_pictures(candidates: int, seconds: float) -> list[list[Frame]]:
    """Sampled frames of that many takes: one portrait, mirrored for every second candidate, each pair nearer."""
    portrait = candidate_picture()
    silence = np.zeros(SAMPLE_RATE, np.float32)
    takes = []
    for n in range(candidates):
        edge = 8 * (n // 2)
        picture = np.ascontiguousarray(portrait[edge:, edge : portrait.shape[1] - edge, :][:, :: -1 if n % 2 else 1])
        takes.append([frame for _, frame in sample_frames(io.BytesIO(compose(silence, picture, seconds)))])
    return takes


def _track(engine: DefaultFaceEngine, takes: Sequence[Sequence[Frame]]) -> None:
    tracks = [Track() for _ in takes]
    for first in range(0, len(takes[0]), BLOCK):
        stretches = [Stretch(take[first : first + BLOCK], track) for take, track in zip(takes, tracks, strict=True)]
        tracks = [followed.track for followed in engine.follow(stretches)]


def _tracked_macs(engine: DefaultFaceEngine, takes: Sequence[Sequence[Frame]], work: FaceWork) -> float:
    """Multiply-accumulates of following `takes`: what was looked at and identified, times what each network costs."""
    height, width = takes[0][0].shape[:2]
    glance_height = -(-height * GLANCE_SIDE // width // STRIDE) * STRIDE
    whole, patch, glance = (
        work.detection(*sides) for sides in ((height, width), (PATCH_SIDE, PATCH_SIDE), (glance_height, GLANCE_SIDE))
    )
    total = 0
    for take in takes:
        track = Track()
        for frame in take:
            (followed,) = engine.follow([Stretch([frame], track)])
            track, faces = followed.track, followed.faces[0]
            embedded = sum(face.embedding is not None for face in faces)
            total += whole if track.age == 1 else glance  # a frame looked at in full begins a new count
            total += len(faces) * (patch + work.features) + embedded * work.identity
    return total


def _seconds(way: Callable[[], object]) -> float:
    started = time.perf_counter()
    way()
    return time.perf_counter() - started
