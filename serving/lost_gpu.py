"""Errors after which no more can be computed on the GPU by this process: it must be replaced.

CUDA keeps such an error and gives it for every later call, whatever that asks (CUDA Runtime API, cudaErrorAssert,
cudaErrorIllegalAddress and others: "the process must be terminated and relaunched").
"""

import re

from models.graphs.errors import GraphRefused, GraphUnavailable

# How torch, CTranslate2, onnxruntime, cuBLAS and cuDNN say it. They raise classes of their own, or RuntimeError.
_SAID = re.compile(
    r"CUDA error|CUDA failure|CUDA failed with error|cudaError|device-side assert|illegal memory access"
    r"|unspecified launch failure|(CUBLAS|CUDNN)_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR)",
    re.IGNORECASE,
)


def is_gpu_lost(error: BaseException) -> bool:
    """Whether `error`, or what it was raised from, says that this process has lost its GPU.

    Short memory is no loss, and neither is what a server of graphs says of its own GPU.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, GraphRefused | GraphUnavailable):
            return False
        if _SAID.search(str(seen)):
            # Not above: torch, which callers of an engine do not need, takes seconds to import.
            from models.speech.halving import is_out_of_memory

            return not is_out_of_memory(seen)
        seen = seen.__cause__ or seen.__context__
    return False
