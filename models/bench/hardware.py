"""The device that an engine ran on, by name, and the memory that it took."""

import resource

import torch


def device_name(device: str) -> str | None:
    """The GPU's name and memory; None for a CPU, which the machine's figures name."""
    if device == "cpu":
        return None
    properties = torch.cuda.get_device_properties(device)
    return f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB, CUDA {torch.version.cuda}"


def memory_gib(device: str) -> float:
    """GiB in use on a GPU now, by whoever uses it: libraries keep what they took; on a CPU, this process's peak."""
    if device == "cpu":
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)  # Linux counts in KiB
    free, total = torch.cuda.mem_get_info(device)
    return round((total - free) / 2**30, 2)
