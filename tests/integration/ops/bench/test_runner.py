from pathlib import Path

import pytest

from ops.bench.runner import bench_runner

pytestmark = pytest.mark.integration


def test_a_tiny_run(models_dir: Path) -> None:
    result = bench_runner(models_dir / "centerface", models_dir / "face-api", seconds=0.2, rounds=1)
    assert [graph.graph for graph in result.graphs] == [
        "centerface", "face-landmarks", "face-expressions", "face-identity"
    ]  # fmt: skip
    assert 0 < result.ratio < 2
    assert all(graph.largest_difference < 1e-4 for graph in result.graphs)
    for graph in result.graphs:
        assert graph.ratio == pytest.approx(
            graph.triton_rows_per_s.median / graph.onnxruntime_rows_per_s.median, rel=0.01
        )
