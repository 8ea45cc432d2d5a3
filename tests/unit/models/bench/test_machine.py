import os
from pathlib import Path

import psutil
import pytest

from models.bench.machine import this_machine

pytestmark = pytest.mark.unit


def test_the_machine_is_named(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some Processor @ 2.00GHz\n\nmodel name\t: Another\n")
    machine = this_machine(cpuinfo)
    assert machine.cpu == "Some Processor @ 2.00GHz"
    assert machine.cores == len(os.sched_getaffinity(0))
    assert machine.memory_gib == round(psutil.virtual_memory().total / 1024**3)
    assert str(machine).startswith(f"Some Processor @ 2.00GHz, {machine.cores} cores, {machine.memory_gib} GiB, ")


def test_a_machine_whose_processor_has_no_name_there(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("Hardware\t: unknown\n")
    assert this_machine(cpuinfo).cpu
    assert this_machine(tmp_path / "missing").cpu == this_machine(cpuinfo).cpu
