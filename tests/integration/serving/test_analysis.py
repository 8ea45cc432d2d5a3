"""One code, two drivers: a recording analysed while it grows gives what it gives as a whole."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from engines_in_process import InProcess
from numpy.typing import NDArray

from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from loadtests.script import load_script
from models.graphs.contract import Tensor
from models.graphs.finite import FiniteGraph
from models.media.growing import GrowingMedia
from models.media.reader import MediaReader
from models.observation import Observation
from models.speech.transcript import Language, Transcript
from models.speech.vad import SileroVad
from serving.analysis import Analysed, RecordingAnalysis
from serving.analysts import Analysts
from serving.follower import Delay
from serving.remember import Memory
from serving.take_material import TakeSetup

pytestmark = pytest.mark.integration

CHUNKS = 6


class Forgetful:
    """A memory that computes everything anew; `asked` is what each step was said to depend on."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def remember(
        self, name: str, inputs: dict[str, Any], shape: type[Any], compute: Callable[[], Awaitable[Any]]
    ) -> tuple[Any, float]:
        self.asked.append(inputs)
        return await compute(), 0.0


class Follower:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.is_over = False
        self.finals: list[Transcript] = []
        self.provisional = 0
        self.faces: list[Observation] = []
        self.delays: list[Delay] = []

    def is_hurried(self) -> bool:
        return not self.is_over

    async def heard(self, new: Transcript, is_final: bool, so_far: Transcript, delivery: list[Observation]) -> None:
        if is_final:
            self.finals.append(new)
        else:
            self.provisional += 1

    async def seen(self, faces: list[Observation]) -> None:
        self.faces = faces

    async def delayed(self, delay: Delay) -> None:
        self.delays.append(delay)


@pytest.fixture(scope="module")
def engines(models_dir: Path) -> InProcess:
    return InProcess(models_dir)


@pytest.fixture(scope="module")
def photo(engines: InProcess) -> NDArray[np.float32]:
    embedding = engines.faces.analyse([candidate_picture()])[0][0].embedding
    assert embedding is not None
    return embedding


def setup(language: Language, keywords: tuple[str, ...] = (), *, expressions: bool = True) -> TakeSetup:
    return TakeSetup(language, keywords, limit_s=120, photo=None, expressions=expressions, voices=False)


@pytest.mark.parametrize(
    ("language", "keywords"), [("zh", ("一辈", "团队合作")), ("en", ("teamwork", "customer needs")), ("en", ())]
)
async def test_live_and_whole_give_the_same(
    engines: InProcess, photo: NDArray[np.float32], language: Language, keywords: tuple[str, ...]
) -> None:
    speech = decode(load_script(language).answers[1].speech)[: 9 * SAMPLE_RATE]
    recording = compose(speech, candidate_picture())

    async def analyse(source: io.BytesIO | GrowingMedia, follower: Follower | None) -> Analysed:
        memory = Forgetful()
        analysis = RecordingAnalysis(
            MediaReader(source),
            setup(language, keywords),
            photo,
            cast(Analysts, engines),
            cast(Memory, memory),
            SileroVad(),
            follower,
        )
        if isinstance(source, GrowingMedia):
            source.on_wait = analysis.look_ahead
        analysed = await analysis.run()
        assert analysis.thinned == 0
        assert memory.asked and all(inputs["keywords"] == keywords for inputs in memory.asked)
        return analysed

    whole = await analyse(io.BytesIO(recording), None)
    growing, follower = GrowingMedia(), Follower()

    async def grow() -> None:
        size = len(recording) // CHUNKS + 1
        for start in range(0, len(recording), size):
            growing.push(recording[start : start + size])
            await asyncio.sleep(0.5)
        follower.is_over = True
        growing.finish()

    _, live = await asyncio.gather(grow(), analyse(growing, follower))

    assert whole.transcript is not None and len(whole.transcript.words) > 10
    assert {seen.kind for seen in whole.faces} >= {"identity"}
    assert live.model_dump(exclude={"spent"}) == whole.model_dump(exclude={"spent"})
    # What was told on the way ends where the result ends.
    assert [word for told in follower.finals for word in told.words] == list(whole.transcript.words)
    assert follower.provisional >= 1
    assert [seen for seen in whole.faces if seen.kind != "identity"] == follower.faces


async def test_without_expressions_the_network_never_runs_and_nobody_smiles_or_frowns(
    engines: InProcess, photo: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = compose(np.zeros(6 * SAMPLE_RATE, np.float32), candidate_picture())
    network, asked = engines.faces._expressions, list[int]()

    def run(tensors: Mapping[str, Tensor]) -> list[Tensor]:
        asked.append(len(tensors["crops"]))
        return FiniteGraph.run(network, tensors)

    monkeypatch.setattr(network, "run", run)

    async def analyse(expressions: bool) -> tuple[Analysed, Follower]:
        follower = Follower()
        analysis = RecordingAnalysis(
            MediaReader(io.BytesIO(recording)),
            setup("en", expressions=expressions),
            photo,
            cast(Analysts, engines),
            cast(Memory, Forgetful()),
            SileroVad(),
            follower,
        )
        return await analysis.run(), follower

    unread, told = await analyse(False)
    assert asked == []
    read, told_more = await analyse(True)
    assert sum(asked) == 12  # two frames a second, of one face
    for without, everything in ((unread.faces, read.faces), (told.faces, told_more.faces)):
        assert "smile" in {one.kind for one in everything}
        assert without == [one for one in everything if one.kind not in ("smile", "frown")]
    assert "identity" in {one.kind for one in unread.faces}


async def test_a_recording_that_cannot_be_read_is_a_problem_and_no_error(engines: InProcess) -> None:
    analysis = RecordingAnalysis(
        MediaReader(io.BytesIO(b"words, not media")),
        setup("en"),
        None,
        cast(Analysts, engines),
        cast(Memory, Forgetful()),
        SileroVad(),
    )
    analysed = await analysis.run()
    assert (analysed.transcript, analysed.problems) == (None, ["media-unreadable"])
