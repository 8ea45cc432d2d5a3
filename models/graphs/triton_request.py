"""One request to a model on Triton: tensors of its inputs out, tensors of its outputs back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tritonclient.grpc import InferInput, InferRequestedOutput, InferResult  # type: ignore[import-untyped]
from tritonclient.grpc.aio import InferenceServerClient  # type: ignore[import-untyped]
from tritonclient.utils import InferenceServerException, np_to_triton_dtype  # type: ignore[import-untyped]

from models.graphs.contract import Tensor
from models.graphs.errors import GraphError
from models.graphs.shared_tensors import Region, point_outputs, point_to


@dataclass(frozen=True)
class ServedModel:
    """What a request must know of the model: its tensors in order, and the seconds that a request has."""

    name: str
    version: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    deadline_s: float


class TritonRequest:
    """A request that may be made several times, with the same outputs each time.

    With a region, the inputs stand in it, and so do the outputs where their `sizes` in bytes are known beforehand;
    otherwise both travel in messages.
    """

    def __init__(
        self, model: ServedModel, tensors: Sequence[Tensor], region: Region | None, sizes: Sequence[int] | None
    ) -> None:
        """Write the inputs. Raises GraphError for a dtype that Triton does not know."""
        self._model, self._region = model, region
        self._given = [_input(model, name, tensor) for name, tensor in zip(model.inputs, tensors, strict=True)]
        self._asked = [InferRequestedOutput(name) for name in model.outputs]
        self._offsets: list[int] | None = None  # of the outputs in the region
        if region is None:
            for entry, tensor in zip(self._given, tensors, strict=True):
                entry.set_data_from_numpy(np.ascontiguousarray(tensor))
            return
        end = point_to(self._given, tensors, region)
        if sizes is not None:
            self._offsets = point_outputs(self._asked, sizes, region, end)

    async def __call__(self, client: InferenceServerClient) -> list[Tensor]:
        """The outputs."""
        region = self._region
        if region is not None and not region.known:
            await region.register(client)
        try:
            answer = await self._infer(client)
        except InferenceServerException as error:
            if region is None or "shared memory region" not in str(error.message()):
                raise
            await region.register(client)  # the server was restarted since
            answer = await self._infer(client)
        if region is None or self._offsets is None:
            return [answer.as_numpy(name) for name in self._model.outputs]
        return [region.read(answer, name, at) for name, at in zip(self._model.outputs, self._offsets, strict=True)]

    async def _infer(self, client: InferenceServerClient) -> InferResult:
        limit = self._model.deadline_s
        if self._region is not None:
            self._region.awaited = self._offsets is not None
        try:
            answer = await client.infer(
                self._model.name,
                self._given,
                model_version=self._model.version,
                outputs=self._asked,
                timeout=int(limit * 1e6),  # microseconds after which the server, too, gives the request up
                client_timeout=limit,
            )
        except InferenceServerException as error:
            if self._region is not None and not str(error.status()).endswith("DEADLINE_EXCEEDED"):
                self._region.awaited = False  # refused, or the server is gone
            raise
        if self._region is not None:
            self._region.awaited = False
        return answer


def _input(model: ServedModel, name: str, tensor: Tensor) -> InferInput:
    datatype = np_to_triton_dtype(tensor.dtype)
    if datatype is None:
        raise GraphError(f"{model.name} cannot take {name}: Triton knows no {tensor.dtype}")
    return InferInput(name, list(tensor.shape), datatype)
