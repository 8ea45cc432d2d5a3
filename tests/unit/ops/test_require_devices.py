from pathlib import Path

import pytest

from ops.errors import OperatorError
from ops.profiles import load_profile
from ops.up import require_devices

pytestmark = pytest.mark.unit


def test_a_profile_for_a_gpu_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    require_devices("embedded")
    with pytest.raises(OperatorError, match=r"^The profile cluster cannot run here\. The device cuda was asked") as no:
        require_devices("cluster")
    assert "\n" not in str(no.value)


def test_a_profile_that_is_not_there_or_does_not_fit_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no profile nope: it is embedded"):
        load_profile("nope")
    for number, text in enumerate(("[front", "[front]\nreplica = 3")):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        with pytest.raises(OperatorError, match="does not fit") as refused:
            load_profile(str(file))
        assert "\n" not in str(refused.value)
