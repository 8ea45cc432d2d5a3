import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from models.bench.machine import Machine
from models.bench.spread import Spread
from ops.bench import commands
from ops.bench.chunks import ChunksBench
from ops.bench.commands import bench_app
from ops.bench.faces import FacesBench
from ops.bench.growing import GrowingBench
from ops.bench.invitations import InvitationsBench
from ops.bench.live import LiveBench, LiveLevel
from ops.bench.report import LONG_S, ReportBench, ReportSitting
from ops.bench.speech import SpeechBench, SpeechLevel
from ops.bench.table import AllBenches
from ops.errors import OperatorError
from ops.progress import tell
from ops.running import Running
from ops.settings import OpsSettings

pytestmark = pytest.mark.unit

RUNNING = Running(pid=1, started=0.0, url="http://front", ray_address="ray", environment={})
SPREAD = Spread(min=1, median=2, max=3)
MACHINE = Machine(cpu="A processor", cores=2, memory_gib=8, system="Linux x86_64", python="3.11.9")
CHUNKS = ChunksBench(
    candidates=8, seconds=10, chunk_bytes=112_000, chunks=400, failed=0, p95_announce_s=0.04, per_s=40.0,
    announce_s=SPREAD, upload_s=SPREAD, complete_s=SPREAD, floor_announce_s=0.01, floor_per_s=160.0,
    ratio_to_floor=0.25,
)  # fmt: skip
INVITATIONS = InvitationsBench(rows=10_000, seconds=12.5, per_s=800.0, growth_mb=24.0, again_seconds=5.0)
LEVELS = [
    LiveLevel(
        candidates=count, words=100, p95_words_to_event_s=lag, words_to_event_s=SPREAD, p95_announce_s=0.02, delays=0,
        floor_p95_s=2.0, ratio_to_floor=2.0 / lag,
    )
    for count, lag in ((1, 2.5), (2, 4.0))
]  # fmt: skip
LIVE = LiveBench(**LEVELS[0].model_dump(), goal_s=3.0, chunk_s=2.0, engine_s=SPREAD, levels=LEVELS)
SITTING = ReportSitting(
    language="en", minutes=3.0, speed=2.0, submit_to_report_s=5.0, delays=0, engine_s_per_s=0.3, floor_s=1.0,
    ratio_to_floor=0.2,
)  # fmt: skip
REPORT = ReportBench(p95_submit_to_report_s=5.0, minutes=3.0, floor_s=1.0, ratio_to_floor=0.2, sittings=[SITTING])
LEVEL = SpeechLevel(
    concurrency=1, segments=4, ratio_served_to_bare=0.97, rtfx=6.0, latency_s=SPREAD, p95_s=1.2, batched_ratio=1.0
)
SPEECH = SpeechBench(
    **LEVEL.model_dump(), levels=[LEVEL], bare_rtfx=SPREAD, gmacs_per_segment=50,
    mbytes_per_segment=900, ceiling_gmacs_per_s=100, ceiling_gbytes_per_s=8, floor_rtfx=12, ratio_to_floor=0.5,
)  # fmt: skip
FACES = FacesBench(
    candidates=4, frames=64, threads=1, fps=SPREAD, every_frame_fps=SPREAD, loop_fps=SPREAD,
    ratio_to_insightface_loop=SPREAD, tracked_ratio=SPREAD, gmacs_per_frame=1, mbytes_per_frame=2,
    ceiling_gmacs_per_s=50, ceiling_gbytes_per_s=8, floor_fps=50, ratio_to_floor=0.04,
)  # fmt: skip

GROWING = GrowingBench(
    minutes=30.0, chunk_s=2.0, first_ms=SPREAD, last_ms=SPREAD, ratio_last_to_first=1.0, share_of_time=0.02
)


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is given; a step tells of itself as the real ones do."""

    @contextmanager
    def attached(_settings: OpsSettings) -> Iterator[Running]:
        yield RUNNING

    def given(result: object) -> object:
        def bench(running: Running, *_choices: float) -> object:
            assert running is RUNNING
            tell("Measuring ...")
            return result

        return bench

    monkeypatch.setattr("ops.attached.attached", attached)
    monkeypatch.setattr("models.bench.machine.this_machine", lambda: MACHINE)
    monkeypatch.setattr(commands, "_faces", lambda: FACES)
    monkeypatch.setattr(commands, "_growing", lambda: GROWING)
    for name, result in {
        "_chunks": CHUNKS,
        "_invitations": INVITATIONS,
        "_live": LIVE,
        "_report": REPORT,
        "_speech": SPEECH,
    }.items():
        monkeypatch.setattr(commands, name, given(result))


def output(*arguments: str) -> str:
    done = CliRunner().invoke(bench_app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("chunks", CHUNKS),
        ("invitations", INVITATIONS),
        ("live", LIVE),
        ("report", REPORT),
        ("speech", SPEECH),
        ("faces", FACES),
        ("growing", GROWING),
    ],
)
def test_json_is_one_object_and_nothing_else(name: str, result: ChunksBench | LiveBench | ReportBench) -> None:
    printed = output(name, "--json")
    assert printed.count("\n") == 1
    assert json.loads(printed) == json.loads(result.model_dump_json())


def test_all_in_one_object() -> None:
    found = AllBenches.model_validate_json(output("all", "--json"))
    assert (found.machine, found.chunks, found.live, found.faces) == (MACHINE, CHUNKS, LIVE, FACES)


def test_the_longest_answer_is_as_long_for_the_command_as_for_the_benchmark() -> None:
    assert 60 * commands.LONG_MINUTES == LONG_S


def test_a_table_has_every_figure_and_every_level() -> None:
    printed = output("live")
    assert "p95_words_to_event_s" in printed and "4.0" in printed
    assert "2 (1 to 3)" in printed
    assert printed.count("LiveLevel") == 2


def test_markdown_is_the_table_of_the_docs() -> None:
    first, empty, *table = output("all", "--markdown").splitlines()
    assert first.startswith("Machine: A processor, 2 cores, 8 GiB") and not empty
    assert all(line.startswith("| ") or line.startswith("|---") for line in table)
    assert {line.count("|") for line in table} == {6}
    assert "|  | last five minutes | 2 ms |  |  |" in table
    assert "| chunks, 8 candidates | announcing, p95 | 40 ms | 10 ms | 0.25 |" in table
    assert "| invitations | inviting 10,000 candidates in one request | 12.5 s |  |  |" in table
    assert "| live, 1 candidate | word to event, p95 of 100 words | 2.50 s | 2.00 s | 0.80 |" in table
    assert "|  | 3.0 minutes (en) at speed 2 | 5.00 s | 1.00 s | 0.20 |" in table


def test_engines_on_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    done = CliRunner().invoke(bench_app, ["engines", "--device", "cuda"])
    assert isinstance(done.exception, OperatorError)  # which `parley` tells in one line
    assert str(done.exception).startswith("The device cuda was asked for") and "\n" not in str(done.exception)
    assert CliRunner().invoke(bench_app, ["engines", "--device", "tpu"]).exit_code == 2


def test_a_profile_with_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PROFILE", "cluster")
    with pytest.raises(OperatorError, match="embedded"):
        commands._transcriber()
    monkeypatch.setenv("PARLEY_PROFILE", "embedded")
    assert commands._transcriber().threads >= 1
