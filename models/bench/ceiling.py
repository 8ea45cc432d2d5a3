"""What a device does at best, in multiply-accumulates and in bytes: the ceiling that floors are computed from."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper

# Of the numbers that are multiplied; tf32 is what a GPU makes of float32 in convolutions unless told otherwise.
Kind = Literal["float32", "int8", "float16", "tf32"]

SIDE = 1024  # of the square matrices: large enough to leave the memory's speed behind, 2 ms to 50 ms a product
CUDA_SIDE = 8192  # the same on a GPU: 1 ms to 20 ms a product
SECONDS = 1.0  # of measuring
BLOCK_BYTES = 1 << 26  # copied at once by each thread: more than caches hold
CUDA_BLOCK_BYTES = 1 << 30
CUDA_RUNS = 10  # between two waits for a GPU


@dataclass(frozen=True)
class Work:
    """The least that a piece of work takes: multiply-accumulates, and bytes that must come from memory."""

    macs: float
    bytes: float


@dataclass(frozen=True)
class Ceiling:
    """What the device does in a second, whether it computes or reads (Williams et al., Roofline, 2009)."""

    macs_per_s: float
    bytes_per_s: float

    def seconds(self, phases: Sequence[Work]) -> float:
        """The least time for phases that follow each other: each is bound by computing or by memory."""
        return sum(max(phase.macs / self.macs_per_s, phase.bytes / self.bytes_per_s) for phase in phases)


def measure_ceiling(kind: Kind, threads: int, device: str = "cpu") -> Ceiling:
    """The ceiling of `device` for products of numbers of one kind; of a CPU, on `threads` threads.

    Raises ValueError for a kind that is not measured on the device.
    """
    if device == "cpu":
        return Ceiling(gemm_ceiling(kind, threads), copy_ceiling(threads))
    return Ceiling(_cuda_gemm_ceiling(kind, device), _cuda_copy_ceiling(device))


def copy_ceiling(threads: int) -> float:
    """Bytes a second, read and written, while `threads` threads copy blocks of memory, at their fastest."""
    blocks = [(np.ones(BLOCK_BYTES, np.uint8), np.empty(BLOCK_BYTES, np.uint8)) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        best = _fastest(lambda: list(pool.map(lambda block: np.copyto(block[1], block[0]), blocks)))
    return 2 * threads * BLOCK_BYTES / best


def gemm_ceiling(kind: Kind, threads: int) -> float:
    """Multiply-accumulates a second of the fastest of the products of two SIDE x SIDE matrices, on `threads` threads.

    onnxruntime's own kernels: MatMul of float32, or MatMulInteger of uint8 by int8.
    """
    if kind not in ("float32", "int8"):
        raise ValueError(f"products of {kind} are not measured on a CPU")
    operation, left, right, out = {
        "float32": ("MatMul", TensorProto.FLOAT, TensorProto.FLOAT, TensorProto.FLOAT),
        "int8": ("MatMulInteger", TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32),
    }[kind]
    values = [helper.make_tensor_value_info(n, t, [SIDE, SIDE]) for n, t in (("a", left), ("b", right), ("c", out))]
    graph = helper.make_graph([helper.make_node(operation, ["a", "b"], ["c"])], "product", values[:2], values[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    types = (np.float32, np.float32) if kind == "float32" else (np.uint8, np.int8)
    feed = {name: np.ones((SIDE, SIDE), dtype) for name, dtype in zip("ab", types, strict=True)}
    return float(SIDE**3 / _fastest(lambda: session.run(None, feed)))


def _cuda_gemm_ceiling(kind: Kind, device: str) -> float:
    """Of CUDA_SIDE x CUDA_SIDE matrices, by the library that torch multiplies with."""
    if kind == "int8":
        raise ValueError("products of int8 are not measured on a GPU")
    dtype = torch.float16 if kind == "float16" else torch.float32
    left, right = (torch.randn(CUDA_SIDE, CUDA_SIDE, device=device, dtype=dtype) for _ in range(2))
    product = torch.empty_like(left)
    with _float32_precision("high" if kind == "tf32" else "highest"):
        seconds = _fastest(lambda: _repeat(lambda: torch.mm(left, right, out=product), device)) / CUDA_RUNS
    return float(CUDA_SIDE**3 / seconds)


def _cuda_copy_ceiling(device: str) -> float:
    source = torch.ones(CUDA_BLOCK_BYTES, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    seconds = _fastest(lambda: _repeat(lambda: target.copy_(source), device)) / CUDA_RUNS
    return 2 * CUDA_BLOCK_BYTES / seconds


def _repeat(run: Callable[[], object], device: str) -> None:
    for _ in range(CUDA_RUNS):
        run()
    torch.cuda.synchronize(device)


def _fastest(run: Callable[[], object]) -> float:
    """Seconds of the fastest of the runs in SECONDS; the first, which may still set things up, does not count."""
    run()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - started)
    return best


@contextmanager
def _float32_precision(precision: str) -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
