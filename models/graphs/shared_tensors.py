"""Tensors shared with a Triton on the same machine through shared memory, without a copy into a message."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from tritonclient.grpc import InferInput, InferRequestedOutput, InferResult  # type: ignore[import-untyped]
from tritonclient.grpc.aio import InferenceServerClient  # type: ignore[import-untyped]
from tritonclient.utils import triton_to_np_dtype  # type: ignore[import-untyped]

from models.graphs.contract import Tensor

_STEP = 1 << 20  # bytes in steps of which regions are made, so that tensors of like size share them
_ALIGNMENT = 64  # bytes: a cache line
_LOST_MOST = 64  # regions that a connection gives up before it has outputs sent in messages


class Region:
    """A region of shared memory that the server may read and write, for one request at a time."""

    def __init__(self, size: int) -> None:
        self._memory = SharedMemory(create=True, size=size)
        self.size = size
        self.name = self._memory.name
        self.known = False  # to the server
        self.awaited = False  # whether the server may still write to it

    def write(self, tensors: Sequence[Tensor]) -> list[int]:
        """Copy tensors in, one after the other. Returns where each begins, and where the last ends."""
        offsets = placed([tensor.nbytes for tensor in tensors])
        for tensor, offset in zip(tensors, offsets, strict=False):
            view = np.ndarray(tensor.shape, tensor.dtype, buffer=self._memory.buf, offset=offset)
            view[...] = tensor
        return offsets

    def read(self, answer: InferResult, name: str, offset: int) -> Tensor:
        """A copy of the output that the server has written at `offset`."""
        told = answer.get_output(name)
        view: Tensor = np.ndarray(
            tuple(told.shape), triton_to_np_dtype(told.datatype), buffer=self._memory.buf, offset=offset
        )
        return view.copy()

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
        self._lost = 0
        self._lock = threading.Lock()

    @property
    def takes_outputs(self) -> bool:
        """Whether outputs may stand in regions: not once the server has left too many unanswered."""
        return self._lost < _LOST_MOST

    def take(self, sizes: Sequence[int]) -> Region:
        """A region with room for tensors of so many bytes, and for nobody else until it is given back."""
        needed = placed(sizes)[-1]
        with self._lock:
            for place, region in enumerate(self._free):
                if region.size >= needed:
                    return self._free.pop(place)
        return Region(max(-(-needed // _STEP), 1) * _STEP)

    def give_back(self, region: Region) -> None:
        """For the next request, unless the server may still write to it: then it is left to the server alone."""
        with self._lock:
            if not region.awaited:
                self._free.append(region)
                return
            self._lost += 1
        region.free()

    def close(self) -> list[str]:
        """Free all regions. Returns the names of those that the server still maps."""
        with self._lock:
            regions, self._free = self._free, []
        for region in regions:
            region.free()
        return [region.name for region in regions if region.known]


def placed(sizes: Sequence[int]) -> list[int]:
    """Where tensors of so many bytes begin when they stand one after the other, and where the last ends."""
    offsets = [0]
    for size in sizes:
        offsets.append(offsets[-1] + -(-size // _ALIGNMENT) * _ALIGNMENT)
    return offsets


def point_to(given: Sequence[InferInput], tensors: Sequence[Tensor], region: Region) -> int:
    """Have the inputs of a request stand in a region, where the tensors are written. Returns where there is room."""
    offsets = region.write(tensors)
    for entry, tensor, offset in zip(given, tensors, offsets, strict=False):
        entry.set_shared_memory(region.name, tensor.nbytes, offset)
    return offsets[-1]


def point_outputs(asked: Sequence[InferRequestedOutput], sizes: Sequence[int], region: Region, start: int) -> list[int]:
    """Have the outputs of a request, of so many bytes, stand in a region from `start` on. Returns where each does."""
    offsets = [start + offset for offset in placed(sizes)[:-1]]
    for entry, size, offset in zip(asked, sizes, offsets, strict=True):
        entry.set_shared_memory(region.name, size, offset)
    return offsets
