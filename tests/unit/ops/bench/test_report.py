import pytest
from unit.ops.bench.sittings import answer, event, sitting

from models.bench.spread import Spread
from ops.bench import report
from ops.bench.report import bench_report, fastest_kept_up
from ops.bench.sitting import Answer, Sitting

pytestmark = pytest.mark.unit

ENGINE_S = Spread(min=0.4, median=0.5, max=0.6)


def test_the_speed_is_what_the_engines_keep_up_with() -> None:
    assert fastest_kept_up([0.1, 0.2]) == 4.0
    assert fastest_kept_up([0.1, 0.3]) == 2.0
    assert fastest_kept_up([0.6]) == 1.0
    assert fastest_kept_up([2.0]) == 1.0


async def test_figures_come_from_what_was_played(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[tuple[str, float, float]] = []

    async def sit(_url: str, key: str, given: Answer, speed: float) -> Sitting:
        assert key == "a key"
        played.append((given.language, given.seconds, speed))
        events = [event("delay", 1.0, reason="late")] if given.seconds > 100 else []
        reported_at = 14.0 if given.seconds > 100 else 12.0
        return sitting(given, events, reported_at=reported_at, busy=0.4 * given.seconds)

    async def new_key(_organisation: str, _name: str) -> str:
        return "a key"

    monkeypatch.setattr(report, "sit", sit)
    monkeypatch.setattr(
        report, "shipped_answer", lambda language, seconds=None: answer(language, 30.0 if seconds is None else seconds)
    )
    result = await bench_report("http://front", new_key, ENGINE_S, long_s=120.0)
    assert played == [("zh", 30.0, 1.0), ("en", 30.0, 1.0), ("en", 120.0, 2.0)]
    assert [one.submit_to_report_s for one in result.sittings] == [2.0, 2.0, 4.0]
    assert [one.minutes for one in result.sittings] == [0.5, 0.5, 2.0]
    assert [one.delays for one in result.sittings] == [0, 0, 1]
    assert {one.engine_s_per_s for one in result.sittings} == {0.4}
    # One window of half a second, and scoring, of which each took half a second.
    assert [one.ratio_to_floor for one in result.sittings] == [0.5, 0.5, 0.25]
    assert (result.minutes, result.floor_s) == (2.0, 1.0)
    assert result.p95_submit_to_report_s == pytest.approx(3.8)
