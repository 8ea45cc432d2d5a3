"""Which machine figures were taken on."""

import os
import platform
from pathlib import Path

import psutil
from pydantic import BaseModel

_CPUINFO = Path("/proc/cpuinfo")


class Machine(BaseModel):
    """A machine as its figures name it. cores: logical ones that this process may use. memory_gib: of the machine."""

    cpu: str
    cores: int
    memory_gib: int
    system: str
    python: str

    def __str__(self) -> str:
        return f"{self.cpu}, {self.cores} cores, {self.memory_gib} GiB, {self.system}, Python {self.python}"


def this_machine(cpuinfo: Path = _CPUINFO) -> Machine:
    """This machine, its processor named as `cpuinfo` (Linux: proc(5)) names it where there is one."""
    return Machine(
        cpu=_processor(cpuinfo),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )


def _processor(cpuinfo: Path) -> str:
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
