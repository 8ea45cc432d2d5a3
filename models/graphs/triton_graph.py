"""Run a graph on a Triton inference server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.graphs.contract import Tensor
from models.graphs.errors import GraphError, WrongGraph
from models.graphs.triton_connection import TritonConnection
from models.graphs.triton_request import ServedModel, TritonRequest


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
        self._served = ServedModel(model, self.version, self.inputs, self.outputs, limit)
        self._connection = connection
        self._regions = connection.regions()
        # The bytes of a row of each output, by the shapes of the inputs' rows: what was seen once is so again.
        self._row_bytes: dict[tuple[tuple[int, ...], ...], list[int]] = {}

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
        answers = self._shared(parts) if self._regions is not None else self._sent(parts)
        return [np.concatenate(found) if len(found) > 1 else found[0] for found in zip(*answers, strict=True)]

    def _sent(self, parts: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
        """The outputs of each part, all in messages."""
        return self._connection.call_all([TritonRequest(self._served, part, None, None) for part in parts])

    def _shared(self, parts: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
        """The outputs of each part, by shared memory as far as their sizes are known."""
        assert self._regions is not None
        requests, regions = [], []
        try:
            for part in parts:
                sizes = self._sizes(part) if self._regions.takes_outputs else None
                region = self._regions.take([*(tensor.nbytes for tensor in part), *(sizes or ())])
                regions.append(region)
                requests.append(TritonRequest(self._served, part, region, sizes))
            answers = self._connection.call_all(requests)
        finally:
            for region in regions:
                self._regions.give_back(region)
        for part, found in zip(parts, answers, strict=True):
            if rows := len(part[0]):
                self._row_bytes[_key(part)] = [output.nbytes // rows for output in found]
        return answers

    def _sizes(self, part: Sequence[Tensor]) -> list[int] | None:
        """The bytes of each output for these inputs; None where they are not known, or the model knows no batches."""
        known = self._row_bytes.get(_key(part)) if self._most_rows else None
        return None if known is None else [len(part[0]) * size for size in known]

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


def _key(tensors: Sequence[Tensor]) -> tuple[tuple[int, ...], ...]:
    return tuple(tensor.shape[1:] for tensor in tensors)
