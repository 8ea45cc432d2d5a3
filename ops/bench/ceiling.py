"""How many multiply-accumulates a second this machine does at best: the ceiling that floors are computed from."""

import time
from typing import Literal

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

Kind = Literal["float32", "int8"]

SIDE = 1024  # of the square matrices: large enough to leave the memory's speed behind, 2 ms to 50 ms a product
SECONDS = 1.0  # of measuring


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
