"""The search's steps as CUDA graphs: a step is some 150 small kernels, whose launches take longer than they do."""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.speech.torch_whisper.network import Cache, Decoder, Memory
from models.speech.torch_whisper.search import Beams, advance, first_beams, next_logits

# A graph has fixed shapes: batches are filled up to the next of these rows and tokens. Few, as each keeps its buffers:
# for Whisper base in 16 bits 30 MB a row and, of 96 tokens, 6 MB more.
ROWS = (1, 4, 16, 64)
TOKENS = (96, 224)
# How often the host asks whether all rows are done, for which it waits for the GPU.
ASK_EVERY = 8
WARM_UP = 3  # runs before a capture, in which libraries allocate what they need


@dataclass(frozen=True)
class _Lane:
    """A captured step and the buffers that it reads and writes."""

    beams: Beams
    memory: Memory
    cache: Cache
    step: Tensor
    graph: torch.cuda.CUDAGraph


class CapturedSearch:
    """Runs the search of `BeamDecoder` without rules, for batches of at most ROWS[-1] rows and TOKENS[-1] tokens."""

    def __init__(self, decoder: Decoder, suppressed: Tensor, eot: int, width: int) -> None:
        self._decoder, self._suppressed, self._eot, self._width = decoder, suppressed, eot, width
        self._lanes: dict[tuple[int, int, int, int], _Lane] = {}

    def run(self, beams: Beams, memory: Memory, cache: Cache, prompt: int) -> None:
        """Search from the first token to the end, in place. `cache` holds the prompt."""
        rows, longest = beams.best_tokens.shape
        lane = self._lane(
            next(size for size in ROWS if size >= rows),
            next(size for size in TOKENS if size >= longest),
            prompt,
            memory.keys[0].shape[2],
        )
        lane.beams.ended.fill_(self._width)  # rows that are not in use are done
        _rows(lane.beams, rows, longest, prompt).copy_(beams)
        for ours, theirs in zip((*lane.memory.keys, *lane.memory.values), (*memory.keys, *memory.values), strict=True):
            ours[:rows].copy_(theirs)
        read = prompt * self._width
        lane.cache.keys[:, :rows, :, :read].copy_(cache.keys[:, :, :, :read])
        lane.cache.values[:, :rows, :, :read].copy_(cache.values[:, :, :, :read])
        lane.step.fill_(1)
        for number in range(1, longest):
            lane.graph.replay()
            if number % ASK_EVERY == 0 and bool(lane.beams.is_done.all()):
                break
        beams.copy_(_rows(lane.beams, rows, longest, prompt))

    def _lane(self, rows: int, tokens: int, prompt: int, frames: int) -> _Lane:
        key = rows, tokens, prompt, frames
        if key not in self._lanes:
            self._lanes[key] = self._capture(rows, tokens, prompt, frames)
        return self._lanes[key]

    def _capture(self, rows: int, tokens: int, prompt: int, frames: int) -> _Lane:
        shape, like = self._decoder.shape, self._decoder.positions
        size = rows, shape.heads, frames, shape.width // shape.heads
        memory = Memory(*(tuple(like.new_zeros(size) for _ in range(shape.layers)) for _ in range(2)))
        cache = self._decoder.cache(rows, (prompt + tokens) * self._width)
        beams = first_beams(self._suppressed.expand(rows, -1), self._width, prompt, tokens)
        step = torch.ones(1, dtype=torch.long, device=like.device)

        def body() -> None:
            logits = next_logits(self._decoder, beams, step, memory, cache, prompt, prompt + tokens)
            advance(beams, step, logits + self._suppressed, prompt, self._eot)
            step.add_(1)

        stream = torch.cuda.Stream(like.device)  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(like.device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                body()
        torch.cuda.current_stream(like.device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            body()
        return _Lane(beams, memory, cache, step, graph)


def _rows(beams: Beams, rows: int, longest: int, prompt: int) -> Beams:
    """Views of the first `rows` rows and `longest` tokens."""
    return Beams(
        tokens=beams.tokens[:rows, :, :longest],
        ancestors=beams.ancestors[:rows, :, : prompt + longest],
        scores=beams.scores[:rows],
        best_tokens=beams.best_tokens[:rows, :longest],
        best_length=beams.best_length[:rows],
        best_score=beams.best_score[:rows],
        ended=beams.ended[:rows],
    )
