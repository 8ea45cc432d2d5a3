import pytest

from models.bench import ceiling
from models.bench.ceiling import Ceiling, Work, measure_ceiling

pytestmark = pytest.mark.unit


def test_each_phase_is_bound_by_computing_or_by_memory() -> None:
    assert Ceiling(100.0, 10.0).seconds([Work(200.0, 1.0), Work(1.0, 30.0)]) == 5.0


def test_a_cpu_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceiling, "SECONDS", 0.05)
    monkeypatch.setattr(ceiling, "SIDE", 256)
    for kind in ("float32", "int8"):
        measured = measure_ceiling(kind, 1)
        assert 1e8 < measured.macs_per_s < 1e13 and 1e8 < measured.bytes_per_s < 1e12
    with pytest.raises(ValueError, match="float16 are not measured on a CPU"):
        measure_ceiling("float16", 1)
    with pytest.raises(ValueError, match="int8 are not measured on a GPU"):
        measure_ceiling("int8", 1, "cuda")
