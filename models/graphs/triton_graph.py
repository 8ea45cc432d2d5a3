"""Run a graph on a Triton inference server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from tritonclient.grpc import InferInput, InferRequestedOutput, InferResult  # type: ignore[import-untyped]
from tritonclient.grpc.aio import InferenceServerClient  # type: ignore[import-untyped]
from tritonclient.utils import InferenceServerException, np_to_triton_dtype  # type: ignore[import-untyped]

from models.graphs.contract import Tensor
from models.graphs.errors import GraphError, WrongGraph
from models.graphs.shared_inputs import Region, point_to
from models.graphs.triton_connection import Request, TritonConnection


@dataclass(frozen=True)
class GraphStatistics:
    """What the server says of one version of a model since it was loaded.

    requests and failures count requests, rows what they held, runs what was computed together: rows over runs is the
    mean batch. queue_s and compute_s: seconds that all requests together waited, and were computed.
    """

    requests: int
    failures: int
    rows: int
    runs: int
    queue_s: float
    compute_s: float


class TritonGraph:
    """A `GraphRunner` of one version of a model on Triton.

    The version is fixed at the start: the one asked for, else the newest that the server has. Where the server later
    has that version no more, a run raises WrongGraph rather than answer with another one's numbers. Tensors with more
    rows than the model takes at once are sent as several requests together.
    """

    def __init__(self, connection: TritonConnection, model: str, version: str = "") -> None:
        """Wait for the server, and read what it says of the model. Raises GraphUnavailable or WrongGraph."""
        limit = connection.deadline_s
        known = connection.call(lambda client: client.get_model_metadata(model, client_timeout=limit))
        versions = sorted(known.versions, key=int)
        if version and version not in versions:
            raise WrongGraph(f"Triton at {connection.url} has {model} in version {', '.join(versions)}, not {version}")
        self.model = model
        self.version = version or versions[-1]
        self.inputs = tuple(tensor.name for tensor in known.inputs)
        self.outputs = tuple(tensor.name for tensor in known.outputs)
        answer = connection.call(lambda client: client.get_model_config(model, self.version, client_timeout=limit))
        self._most_rows: int = answer.config.max_batch_size  # 0 where the model knows no batches
        self._connection = connection
        self._regions = connection.regions()

    def run(self, tensors: Mapping[str, Tensor]) -> list[Tensor]:
        """The graph's outputs, in the order of `outputs`.

        Raises GraphUnavailable where the server stays away or does not answer in time, WrongGraph where it no longer
        has this version, GraphError where the tensors do not fit the graph.
        """
        if set(tensors) != set(self.inputs):
            raise GraphError(f"{self.model} takes {', '.join(self.inputs)}, not {', '.join(tensors)}")
        given = [tensors[name] for name in self.inputs]
        rows = len(given[0])
        most = self._most_rows or max(rows, 1)
        parts = [[tensor[first : first + most] for tensor in given] for first in range(0, max(rows, 1), most)]
        regions = [self._regions.take(part) if self._regions is not None else None for part in parts]
        try:
            requests = [self._request(part, region) for part, region in zip(parts, regions, strict=True)]
            answers = self._connection.call_all(requests)
        finally:
            # A request that was given up may still be read from its region later: its answer goes nowhere.
            for region in regions:
                if self._regions is not None and region is not None:
                    self._regions.give_back(region)
        return [np.concatenate(found) if len(found) > 1 else found[0] for found in zip(*answers, strict=True)]

    def ready(self) -> bool:
        """Whether the server has this version loaded now. Asks once, for a second at most."""
        return self._connection.ready(self.model, self.version)

    def statistics(self) -> GraphStatistics:
        """The server's counts for this version. Raises GraphUnavailable or WrongGraph."""
        limit = self._connection.deadline_s
        answer = self._connection.call(
            lambda client: client.get_inference_statistics(self.model, self.version, client_timeout=limit)
        )
        found = answer.model_stats[0]
        times = found.inference_stats
        return GraphStatistics(
            requests=times.success.count,
            failures=times.fail.count,
            rows=found.inference_count,
            runs=found.execution_count,
            queue_s=times.queue.ns / 1e9,
            compute_s=(times.compute_input.ns + times.compute_infer.ns + times.compute_output.ns) / 1e9,
        )

    def _request(self, tensors: Sequence[Tensor], region: Region | None) -> Request[list[Tensor]]:
        given = []
        for name, tensor in zip(self.inputs, tensors, strict=True):
            datatype = np_to_triton_dtype(tensor.dtype)
            if datatype is None:
                raise GraphError(f"{self.model} cannot take {name}: Triton knows no {tensor.dtype}")
            given.append(InferInput(name, list(tensor.shape), datatype))
        if region is None:
            for entry, tensor in zip(given, tensors, strict=True):
                entry.set_data_from_numpy(np.ascontiguousarray(tensor))
        else:
            point_to(given, tensors, region)
        return partial(self._send, given, region)

    async def _send(
        self, given: Sequence[InferInput], region: Region | None, client: InferenceServerClient
    ) -> list[Tensor]:
        """One request's outputs."""
        if region is not None and not region.known:
            await region.register(client)
        try:
            answer = await self._infer(given, client)
        except InferenceServerException as error:
            if region is None or "shared memory region" not in str(error.message()):
                raise
            await region.register(client)  # the server was restarted since
            answer = await self._infer(given, client)
        found: list[Tensor] = [answer.as_numpy(name) for name in self.outputs]
        return found

    async def _infer(self, given: Sequence[InferInput], client: InferenceServerClient) -> InferResult:
        limit = self._connection.deadline_s
        return await client.infer(
            self.model,
            list(given),
            model_version=self.version,
            outputs=[InferRequestedOutput(name) for name in self.outputs],
            timeout=int(limit * 1e6),  # microseconds after which the server, too, gives the request up
            client_timeout=limit,
        )
