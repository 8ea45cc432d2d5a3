import pytest

from ops.errors import OperatorError
from ops.up import require_devices

pytestmark = pytest.mark.unit


def test_a_profile_for_a_gpu_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    require_devices("embedded")
    with pytest.raises(OperatorError, match=r"^The profile cluster cannot run here\. The device cuda was asked") as no:
        require_devices("cluster")
    assert "\n" not in str(no.value)
