"""How much of onnxruntime's speed is left when the same graph runs behind a Triton server on this machine."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import BaseModel

from models.bench.spread import Spread
from models.faces.exported import exported_graphs
from models.graphs.contract import GraphRunner, Tensor
from models.graphs.onnx_graph import OnnxGraph
from models.graphs.repository import write_repository
from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_graph import TritonGraph
from ops.triton.install import install
from ops.triton.server import TritonServer

# As the face engine asks: frames of 640 x 480 alone, and crops of faces in batches.
_SHAPES = {
    "centerface": (1, 3, 480, 640),
    "face-landmarks": (16, 3, 112, 112),
    "face-expressions": (16, 3, 112, 112),
    "face-identity": (16, 3, 150, 150),
}


class GraphBench(BaseModel):
    """One graph. rows_per_s: frames or crops a second through either; ratio: Triton's over onnxruntime's.

    largest_difference: between a value of the one's answer and of the other's.
    """

    graph: str
    rows: int
    triton_rows_per_s: Spread
    onnxruntime_rows_per_s: Spread
    ratio: float
    largest_difference: float


class RunnerBench(BaseModel):
    """The face graphs on a Triton server (CPU, Python backend, one instance each) against onnxruntime in this process.

    Both run each graph on one thread, and `callers` threads ask. ratio: the seconds that onnxruntime takes for one call
    of every graph, over those that Triton takes; 1 is no loss.
    """

    callers: int
    ratio: float
    graphs: list[GraphBench]


def bench_runner(
    centerface: Path, face_api: Path, *, callers: int = 1, seconds: float = 2.0, rounds: int = 3
) -> RunnerBench:
    """Ask each for `seconds`, `rounds` times in turn, so that a machine that slows down slows both.

    Installs the server where it is not yet. Raises OperatorError where that fails.
    """
    exports = exported_graphs(centerface, face_api)
    with TemporaryDirectory() as folder:
        write_repository(Path(folder, "models"), exports, "python")
        with (
            TritonServer(install(), Path(folder, "models"), Path(folder, "log")) as server,
            TritonConnection(server.url) as connection,
        ):
            graphs = [
                _bench(
                    entry.name, TritonGraph(connection, entry.name), OnnxGraph(entry.graph), callers, seconds, rounds
                )
                for entry in exports
            ]
    spent = {
        side: sum(graph.rows / getattr(graph, f"{side}_rows_per_s").median for graph in graphs)
        for side in ("onnxruntime", "triton")
    }
    return RunnerBench(callers=callers, ratio=round(spent["onnxruntime"] / spent["triton"], 3), graphs=graphs)


def _bench(name: str, triton: GraphRunner, local: GraphRunner, callers: int, seconds: float, rounds: int) -> GraphBench:
    batch = np.random.default_rng(0).uniform(0, 255, _SHAPES[name]).astype(np.float32)
    pairs = zip(_answer(triton, batch), _answer(local, batch), strict=True)  # also the calls that warm up
    difference = max(float(np.abs(np.subtract(ours, theirs)).max()) for ours, theirs in pairs)
    speeds = [[_rows_per_s(runner, batch, callers, seconds) for runner in (triton, local)] for _ in range(rounds)]
    served, plain = (Spread.of([speed[side] for speed in speeds]) for side in range(2))
    return GraphBench(
        graph=name,
        rows=len(batch),
        triton_rows_per_s=served,
        onnxruntime_rows_per_s=plain,
        ratio=round(served.median / plain.median, 3),
        largest_difference=difference,
    )


def _rows_per_s(runner: GraphRunner, batch: Tensor, callers: int, seconds: float) -> float:
    began = time.perf_counter()

    def ask(_caller: int) -> int:
        calls = 0
        while time.perf_counter() - began < seconds:
            _answer(runner, batch)
            calls += 1
        return calls

    with ThreadPoolExecutor(callers) as threads:
        calls = sum(threads.map(ask, range(callers)))
    return calls * len(batch) / (time.perf_counter() - began)


def _answer(runner: GraphRunner, batch: Tensor) -> Sequence[Tensor]:
    return runner.run({runner.inputs[0]: batch})
