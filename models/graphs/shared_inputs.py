"""Tensors handed to a Triton on the same machine through shared memory, without a copy into a message."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from tritonclient.grpc import InferInput  # type: ignore[import-untyped]
from tritonclient.grpc.aio import InferenceServerClient  # type: ignore[import-untyped]

from models.graphs.contract import Tensor

_STEP = 1 << 20  # bytes in steps of which regions are made, so that tensors of like size share them
_ALIGNMENT = 64  # bytes: a cache line


class Region:
    """A region of shared memory that the server may read, for one request at a time."""

    def __init__(self, size: int) -> None:
        self._memory = SharedMemory(create=True, size=size)
        self.size = size
        self.name = self._memory.name
        self.known = False  # to the server

    def write(self, tensors: Sequence[Tensor]) -> list[int]:
        """Copy tensors in, one after the other. Returns where each begins."""
        offsets, end = [], 0
        for tensor in tensors:
            view = np.ndarray(tensor.shape, tensor.dtype, buffer=self._memory.buf, offset=end)
            view[...] = tensor
            offsets.append(end)
            end += _padded(tensor.nbytes)
        return offsets

    async def register(self, client: InferenceServerClient) -> None:
        """Have the server map the region, also where it knows one of this name from before it was restarted."""
        await client.unregister_system_shared_memory(self.name)
        await client.register_system_shared_memory(self.name, f"/{self.name}", self.size)
        self.known = True

    def free(self) -> None:
        """Give the memory back. The server's own mapping lasts until it forgets the region."""
        self._memory.close()
        with suppress(FileNotFoundError):
            self._memory.unlink()


class RegionPool:
    """Regions of one connection, used again and again; as many as requests were ever under way at once."""

    def __init__(self) -> None:
        self._free: list[Region] = []
        self._lock = threading.Lock()

    def take(self, tensors: Sequence[Tensor]) -> Region:
        """A region with room for the tensors, and for nobody else until it is given back."""
        needed = sum(_padded(tensor.nbytes) for tensor in tensors)
        with self._lock:
            for place, region in enumerate(self._free):
                if region.size >= needed:
                    return self._free.pop(place)
        return Region(-(-needed // _STEP) * _STEP)

    def give_back(self, region: Region) -> None:
        """For the next request."""
        with self._lock:
            self._free.append(region)

    def close(self) -> list[str]:
        """Free all regions. Returns the names of those that the server still maps."""
        with self._lock:
            regions, self._free = self._free, []
        for region in regions:
            region.free()
        return [region.name for region in regions if region.known]


def point_to(given: Sequence[InferInput], tensors: Sequence[Tensor], region: Region) -> None:
    """Have the inputs of a request stand in a region, where the tensors are written."""
    for entry, tensor, offset in zip(given, tensors, region.write(tensors), strict=True):
        entry.set_shared_memory(region.name, tensor.nbytes, offset)


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
