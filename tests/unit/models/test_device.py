import pytest
import torch

from models.device import require_device
from models.graphs.errors import NoAccelerator

pytestmark = pytest.mark.unit


def test_a_gpu_that_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    require_device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for built_for, fix in ((None, "CUDA build of torch"), ("13.0", "nvidia-smi")):
        monkeypatch.setattr(torch.version, "cuda", built_for)
        with pytest.raises(NoAccelerator, match=rf"^The device cuda:1 was asked for, but .*{fix}") as refusal:
            require_device("cuda:1")
        assert "\n" not in str(refusal.value)


def test_a_gpu_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    require_device("cuda")
