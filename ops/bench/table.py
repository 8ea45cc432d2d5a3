"""Figures for people: on a terminal, and as the table of docs/benchmarks.md."""

from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from models.bench.machine import Machine
from models.bench.spread import Spread
from ops.bench.chunks import ChunksBench
from ops.bench.faces import FacesBench
from ops.bench.growing import GrowingBench
from ops.bench.invitations import InvitationsBench
from ops.bench.live import LiveBench
from ops.bench.report import ReportBench
from ops.bench.speech import SpeechBench

# Results go to standard output, and a line is a line: a pipe reads them too.
_out = Console(highlight=False, soft_wrap=True)


def show(result: BaseModel) -> None:
    """Print a benchmark's figures; what it has several of, in a table each."""
    plain = Table("figure", "value", title=type(result).__name__, title_justify="left")
    nested: list[BaseModel] = []
    for name, value in result:
        if isinstance(value, list):
            nested += value
        elif isinstance(value, BaseModel) and not isinstance(value, Spread | Machine):
            nested.append(value)
        else:
            plain.add_row(name, _text(value))
    _out.print(plain)
    for value in nested:
        show(value)


class AllBenches(BaseModel):
    """All figures of one run, and the machine they were taken on."""

    machine: Machine
    chunks: ChunksBench
    invitations: InvitationsBench
    live: LiveBench
    growing: GrowingBench
    report: ReportBench
    speech: SpeechBench
    faces: FacesBench


def markdown(result: AllBenches) -> str:
    """The table of docs/benchmarks.md, and the machine that its figures are of."""
    chunks, live, growing, report = result.chunks, result.live, result.growing, result.report
    speech, faces = result.speech, result.faces
    lines = [
        f"Machine: {result.machine}.",
        "",
        "| benchmark | figure | measured | floor | ratio to floor |",
        "|---|---|---|---|---|",
    ]
    lines += [
        _row(
            f"chunks, {chunks.candidates} candidates",
            "announcing, p95",
            f"{1000 * chunks.p95_announce_s:.0f} ms",
            f"{1000 * chunks.floor_announce_s:.0f} ms",
            f"{chunks.floor_announce_s / chunks.p95_announce_s:.2f}",
        ),
        _row("", "chunks a second", f"{chunks.per_s:.1f}", f"{chunks.floor_per_s:.1f}", f"{chunks.ratio_to_floor:.2f}"),
    ]
    invited = result.invitations
    lines += [
        _row("invitations", f"inviting {invited.rows:,} candidates in one request", f"{invited.seconds:.1f} s", "", ""),
        _row("", "growth of the front's memory meanwhile", f"{invited.growth_mb:.0f} MB", "", ""),
        _row("", "the same request again", f"{invited.again_seconds:.1f} s", "", ""),
    ]
    for level in live.levels:
        lines += [
            _row(
                f"live, {_candidates(level.candidates)}",
                f"word to event, p95 of {level.words} words",
                f"{level.p95_words_to_event_s:.2f} s",
                f"{level.floor_p95_s:.2f} s",
                f"{level.ratio_to_floor:.2f}",
            ),
            _row("", "announcing meanwhile, p95", f"{1000 * level.p95_announce_s:.0f} ms", "", ""),
        ]
    lines += [
        _row(
            f"growing, {growing.minutes:.0f} minutes",
            f"reading a chunk of {growing.chunk_s:g} s, first five minutes",
            f"{growing.first_ms.median:.0f} ms",
            "",
            "",
        ),
        _row("", "last five minutes", f"{growing.last_ms.median:.0f} ms", "", ""),
    ]
    lines.append(
        _row(
            "report",
            f"submit to report, p95 of {len(report.sittings)} sittings",
            f"{report.p95_submit_to_report_s:.2f} s",
            f"{report.floor_s:.2f} s",
            f"{report.ratio_to_floor:.2f}",
        )
    )
    lines += [
        _row(
            "",
            f"{sitting.minutes:.1f} minutes ({sitting.language}) at speed {sitting.speed:g}",
            f"{sitting.submit_to_report_s:.2f} s",
            f"{sitting.floor_s:.2f} s",
            f"{sitting.ratio_to_floor:.2f}",
        )
        for sitting in report.sittings
    ]
    lines += [
        _row(
            f"speech, {_candidates(level.concurrency)}",
            "served over bare; real-time factor; p95; over one candidate",
            f"{level.ratio_served_to_bare:.2f}; {level.rtfx:.1f}; {level.p95_s:.1f} s; {level.batched_ratio:.2f}",
            f"{speech.floor_rtfx:.1f}",
            f"{level.rtfx / speech.floor_rtfx:.2f}",
        )
        for level in speech.levels
    ]
    lines += [
        _row(
            f"faces, {_candidates(faces.candidates)}",
            "frames a second, tracked",
            _text(faces.fps),
            f"{faces.floor_fps:.1f}",
            f"{faces.ratio_to_floor:.2f}",
        ),
        _row("", "over insightface's loop", _text(faces.ratio_to_insightface_loop), "", ""),
        _row("", "over every frame in full", _text(faces.tracked_ratio), "", ""),
    ]
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _candidates(count: int) -> str:
    return f"{count} candidate{'s' if count > 1 else ''}"


def _text(value: Any) -> str:
    if isinstance(value, Spread):
        return f"{value.median:g} ({value.min:g} to {value.max:g})"
    return str(value)
