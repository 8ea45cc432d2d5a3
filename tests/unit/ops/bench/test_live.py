from collections.abc import Sequence

import numpy as np
import pytest
from unit.ops.bench.sittings import answer, event, sitting, transcript

from models.bench.spread import Spread
from models.speech.contract import Capabilities, Segment
from models.speech.transcript import Transcript
from ops.bench import live
from ops.bench.live import bench_live, engine_seconds, first_seen
from ops.bench.sitting import Answer, Sitting

pytestmark = pytest.mark.unit

ENGINE_S = Spread(min=0.4, median=0.5, max=0.6)


def test_a_word_counts_when_it_is_first_seen() -> None:
    events = [
        transcript(2.5, (0.1, 0.5), (0.6, 1.0)),
        event("take", 2.6, state="stored"),
        transcript(4.5, (0.1, 0.5), (0.6, 1.0), (1.2, 1.6)),
        # The complete segment: the same words a little moved, and one more.
        transcript(5.0, (0.12, 0.48), (0.58, 1.05), (1.25, 1.7), (1.8, 2.2)),
    ]
    assert first_seen(events) == [(0.5, 2.5), (1.0, 2.5), (1.6, 4.5), (2.2, 5.0)]


def test_a_stretch_that_comes_late_is_new() -> None:
    """Segments may be transcribed side by side, and the later one told first."""
    assert first_seen([transcript(9.0, (6.0, 6.5)), transcript(9.5, (1.0, 1.5))]) == [(6.5, 9.0), (1.5, 9.5)]


class Parleys:
    """Stands for `sit`: every word comes so long after its end as the level says."""

    def __init__(self, lags: dict[int, float]) -> None:
        self._lags = lags
        self.keys: list[str] = []
        self.played: list[tuple[str, str]] = []

    async def new_key(self, organisation: str, _name: str) -> str:
        assert organisation not in self.keys
        self.keys.append(organisation)
        return organisation

    async def sit(self, _url: str, key: str, played: Answer, speed: float = 1.0) -> Sitting:
        assert speed == 1.0
        self.played.append((key, played.language))
        lag = list(self._lags.values())[len(self.keys) - 1]
        return sitting(played, [transcript(1.0 + lag, (0.5, 1.0)), transcript(3.5 + lag, (3.0, 3.5))])


@pytest.fixture
def parleys(monkeypatch: pytest.MonkeyPatch) -> Parleys:
    found = Parleys({1: 2.0, 2: 2.5, 4: 9.0, 8: 1.0})
    monkeypatch.setattr(live, "sit", found.sit)
    monkeypatch.setattr(live, "shipped_answer", answer)
    return found


async def test_levels_go_on_until_one_misses_the_goal(parleys: Parleys) -> None:
    result = await bench_live("http://front", parleys.new_key, ENGINE_S, (1, 2, 4, 8))
    assert [level.candidates for level in result.levels] == [1, 2, 4]
    assert (result.candidates, result.p95_words_to_event_s) == (2, 2.5)
    # Each level is a new organisation, which nothing is remembered of; both languages talk in each.
    assert [[lang for key, lang in parleys.played if key == of] for of in parleys.keys] == [
        ["zh", "en"],
        ["zh", "en"],
        ["zh", "en", "zh", "en"],
    ]


async def test_the_floor_is_the_chunks_end_and_one_window(parleys: Parleys) -> None:
    one = (await bench_live("http://front", parleys.new_key, ENGINE_S, (1,))).levels[0]
    # Words that end at 1.0 and 3.5 wait for 2.0 and 4.0, and half a second for the engine.
    assert one.words == 4
    assert one.floor_p95_s == pytest.approx(np.percentile([1.5, 1.0, 1.5, 1.0], 95), abs=1e-3)
    assert one.ratio_to_floor == pytest.approx(one.floor_p95_s / 2.0, abs=1e-3)
    assert one.p95_announce_s == 0.01


async def test_where_no_level_meets_the_goal_the_first_stands(
    parleys: Parleys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "GOAL_S", 0.5)
    result = await bench_live("http://front", parleys.new_key, ENGINE_S, (1, 2))
    assert (result.candidates, len(result.levels), result.p95_words_to_event_s) == (1, 1, 2.0)


def test_the_engine_warms_up_before_it_is_timed() -> None:
    class Recognizer:
        name = "fake"
        capabilities = Capabilities(languages=("en",), word_times=False, streaming=False, max_segment_s=30)

        def __init__(self) -> None:
            self.heard: list[Segment] = []

        def transcribe(self, segments: Sequence[Segment]) -> list[Transcript]:
            self.heard += segments
            return []

    segments = [Segment(np.zeros(8, np.float32), 0.0), Segment(np.zeros(16, np.float32), 0.0)]
    recognizer = Recognizer()
    spread = engine_seconds(recognizer, segments)
    assert [len(segment.audio) for segment in recognizer.heard] == [8, 8, 16]
    assert 0 <= spread.min <= spread.max < 0.1
