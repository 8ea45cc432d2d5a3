"""What this machine does at best, in multiply-accumulates and in bytes: the ceiling that floors are computed from."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

Kind = Literal["float32", "int8"]

SIDE = 1024  # of the square matrices: large enough to leave the memory's speed behind, 2 ms to 50 ms a product
SECONDS = 1.0  # of measuring
BLOCK_BYTES = 1 << 26  # copied at once by each thread: more than caches hold


@dataclass(frozen=True)
class Work:
    """The least that a piece of work takes: multiply-accumulates, and bytes that must come from memory."""

    macs: float
    bytes: float


@dataclass(frozen=True)
class Ceiling:
    """What the machine does in a second, whether it computes or reads (Williams et al., Roofline, 2009)."""

    macs_per_s: float
    bytes_per_s: float

    def seconds(self, phases: Sequence[Work]) -> float:
        """The least time for phases that follow each other: each is bound by computing or by memory."""
        return sum(max(phase.macs / self.macs_per_s, phase.bytes / self.bytes_per_s) for phase in phases)


def measure_ceiling(kind: Kind, threads: int) -> Ceiling:
    """The ceiling of this machine on `threads` threads, for products of numbers of one kind."""
    return Ceiling(gemm_ceiling(kind, threads), copy_ceiling(threads))


def copy_ceiling(threads: int) -> float:
    """Bytes a second, read and written, while `threads` threads copy blocks of memory, at their fastest."""
    blocks = [(np.ones(BLOCK_BYTES, np.uint8), np.empty(BLOCK_BYTES, np.uint8)) for _ in range(threads)]
    best, end = float("inf"), time.perf_counter() + SECONDS
    with ThreadPoolExecutor(threads) as pool:
        while time.perf_counter() < end:
            started = time.perf_counter()
            list(pool.map(lambda block: np.copyto(block[1], block[0]), blocks))
            best = min(best, time.perf_counter() - started)
    return 2 * threads * BLOCK_BYTES / best


def gemm_ceiling(kind: Kind, threads: int) -> float:
    """Multiply-accumulates a second of the fastest of the products of two SIDE x SIDE matrices, on `threads` threads.

    onnxruntime's own kernels: MatMul of float32, or MatMulInteger of uint8 by int8.
    """
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
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        session.run(None, feed)
        best = min(best, time.perf_counter() - started)
    return float(SIDE**3 / best)
