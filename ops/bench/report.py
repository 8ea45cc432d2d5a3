"""How long after submitting the report is there, when the interview was analysed while it was recorded."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel

from models.bench.spread import Spread
from ops.bench.sitting import Answer, NewKey, Sitting, fresh_key, shipped_answer, sit

LONG_S = 180.0
# Recordings are played at the fastest of these at which the engines are busy for no more than this share of the time.
SPEEDS = (4.0, 2.0, 1.0)
BUSY = 0.9


class ReportSitting(BaseModel):
    """One candidate's sitting, with nobody beside.

    speed: seconds of recording played per second. delays: how often the live analysis said that it falls behind.
    engine_s_per_s: seconds in which the report had to wait for speech and faces, for a second of recording.
    floor_s: the last stretch of speech through the bare engine, and the scoring as long as it took; the least that can
    be left when the last word was spoken. ratio_to_floor: floor_s over submit_to_report_s.
    """

    language: str
    minutes: float
    speed: float
    submit_to_report_s: float
    delays: int
    engine_s_per_s: float
    floor_s: float
    ratio_to_floor: float


class ReportBench(BaseModel):
    """minutes: of the longest recording that was measured. p95_submit_to_report_s, floor_s: over all sittings."""

    p95_submit_to_report_s: float
    minutes: float
    floor_s: float
    ratio_to_floor: float
    sittings: list[ReportSitting]


async def bench_report(url: str, new_key: NewKey, engine_s: Spread, *, long_s: float = LONG_S) -> ReportBench:
    """Play the first Chinese and the first English answer in real time, then one of `long_s` as fast as it is kept up.

    engine_s: see `ops.bench.live.engine_seconds`.
    """
    key = await fresh_key(new_key)
    played: list[ReportSitting] = []

    async def play(answer: Answer, speed: float) -> None:
        played.append(_measured(await sit(url, key, answer, speed), speed, engine_s.median))

    await play(shipped_answer("zh"), 1.0)
    await play(shipped_answer("en"), 1.0)
    await play(shipped_answer("en", long_s), fastest_kept_up([sitting.engine_s_per_s for sitting in played]))
    p95 = float(np.percentile([sitting.submit_to_report_s for sitting in played], 95))
    floor = float(np.percentile([sitting.floor_s for sitting in played], 95))
    return ReportBench(
        p95_submit_to_report_s=round(p95, 3),
        minutes=max(sitting.minutes for sitting in played),
        floor_s=round(floor, 3),
        ratio_to_floor=round(floor / p95, 3),
        sittings=played,
    )


def fastest_kept_up(engine_s_per_s: Sequence[float]) -> float:
    """The fastest speed at which the engines, busy for so many seconds per second of recording, keep up; at least 1."""
    return next((speed for speed in SPEEDS if speed * max(engine_s_per_s) <= BUSY), SPEEDS[-1])


def _measured(sitting: Sitting, speed: float, engine_s: float) -> ReportSitting:
    stages, seconds = sitting.report["processing_seconds"], sitting.answer.seconds
    floor = engine_s + stages["scoring"]
    return ReportSitting(
        language=sitting.answer.language,
        minutes=round(seconds / 60, 2),
        speed=speed,
        submit_to_report_s=round(sitting.submit_to_report_s, 3),
        delays=sitting.delays,
        engine_s_per_s=round((stages["speech"] + stages["faces"]) / seconds, 3),
        floor_s=round(floor, 3),
        ratio_to_floor=round(floor / sitting.submit_to_report_s, 3),
    )
