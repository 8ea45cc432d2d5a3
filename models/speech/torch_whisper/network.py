"""Whisper's network (Radford et al. 2022, section 2.2) as torch modules that decode several beams of a row at once.

Own modules rather than transformers' WhisperForConditionalGeneration, whose layers expect each beam as a row: it
would hold, and read at every token, five copies of the cross-attention's keys and values (1500 frames), and copy the
keys and values of the text from beam to beam. Here the beams of a row are queries to the one copy, and a mask says
which beam's past is whose: nothing moves, so that a step of the search is one CUDA graph. The weights' names
and the fused projections are those of the file, and importing transformers costs 4 s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """`layers` on each side; `frames` of encoded sound, `positions` of text at most; `inner` of the feed-forward."""

    mels: int
    width: int
    heads: int
    layers: int
    inner: int
    vocabulary: int
    frames: int
    positions: int


@dataclass(frozen=True)
class Memory:
    """The encoded sound as the decoder's keys and values: for each layer [B, heads, frames, width / heads]."""

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]

    def rows(self, rows: Tensor) -> "Memory":
        """That of some rows [b] of the batch."""
        return Memory(tuple(keys[rows] for keys in self.keys), tuple(values[rows] for values in self.values))


@dataclass(frozen=True)
class Cache:
    """Keys and values of the text so far: [layers, B, heads, slots, width / heads]."""

    keys: Tensor
    values: Tensor

    def rows(self, rows: Tensor) -> "Cache":
        """That of some rows [b] of the batch."""
        return Cache(self.keys[:, rows], self.values[:, rows])


class Whisper(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)


class Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(shape.mels, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.positions = nn.Parameter(torch.empty(shape.frames, shape.width))
        self.layers: Iterable[Layer] = nn.ModuleList(Layer(shape, is_decoder=False) for _ in range(shape.layers))  # type: ignore[assignment]
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, features: Tensor) -> Tensor:
        """Log-mel [B, mels, 2 * n] to [B, n, width], of at most `shape.frames` frames."""
        hidden = functional.gelu(self.conv1(features))
        hidden = functional.gelu(self.conv2(hidden)).mT
        hidden = hidden + self.positions[: hidden.shape[1]]
        for layer in self.layers:
            hidden = layer.encode(hidden)
        encoded: Tensor = self.norm(hidden)
        return encoded


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Parameter(torch.empty(shape.positions, shape.width))
        self.layers: Iterable[Layer] = nn.ModuleList(Layer(shape, is_decoder=True) for _ in range(shape.layers))  # type: ignore[assignment]
        self.norm = nn.LayerNorm(shape.width)

    def memory(self, encoded: Tensor) -> Memory:
        """What every layer attends to, computed once per sound [B, frames, width]."""
        pairs = [layer.cross_attention.remember(encoded) for layer in self.layers]
        return Memory(tuple(keys for keys, _ in pairs), tuple(values for _, values in pairs))

    def cache(self, rows: int, slots: int) -> Cache:
        """Room for the keys and values of `slots` tokens a row."""
        size = (self.shape.layers, rows, self.shape.heads, slots, self.shape.width // self.shape.heads)
        return Cache(*(self.positions.new_zeros(size) for _ in range(2)))

    def forward(
        self, tokens: Tensor, positions: Tensor, memory: Memory, cache: Cache, slots: Tensor, mask: Tensor
    ) -> Tensor:
        """Hidden states [B, n, width] of tokens [B, n] at `positions` ([n], or [1] where they share it).

        Their keys and values go to `slots` [n] of the cache; `mask` [B or 1, 1, n, span] says which of the cache's
        first `span` slots each may see, its own among them.
        """
        hidden = self.embedding(tokens) + self.positions[positions]
        for number, layer in enumerate(self.layers):
            past = cache.keys[number], cache.values[number]
            hidden = layer.decode(hidden, (memory.keys[number], memory.values[number]), past, slots, mask)
        normalised: Tensor = self.norm(hidden)
        return normalised

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every token, float32 [..., vocabulary]: sums of many must not be rounded to 16 bits."""
        return functional.linear(hidden, self.embedding.weight).float()

    def attention(self, tokens: Tensor, memory: Memory, heads: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        """For whole texts [B, n]: hidden states [B, n, width], and what `heads` (layer, head) look at in the sound.

        The latter are the scaled products before the softmax, float32 [B, heads, n, frames].
        """
        length = tokens.shape[1]
        places = torch.arange(length, device=tokens.device)
        mask = torch.ones(length, length, dtype=torch.bool, device=tokens.device).tril()[None, None]
        cache = self.cache(len(tokens), length)
        looks = []
        hidden = self.embedding(tokens) + self.positions[places]
        for number, layer in enumerate(self.layers):
            past = cache.keys[number], cache.values[number]
            wanted = [head for at, head in heads if at == number]
            if wanted:
                looks.append(layer.looks(hidden, memory.keys[number], past, places, mask)[:, wanted].float())
            hidden = layer.decode(hidden, (memory.keys[number], memory.values[number]), past, places, mask)
        return self.norm(hidden), torch.cat(looks, dim=1)


class Layer(nn.Module):
    """One layer of either side; normalisation comes before each part."""

    def __init__(self, shape: Shape, is_decoder: bool) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(shape.width)
        self.self_attention = SelfAttention(shape)
        if is_decoder:
            self.norm2 = nn.LayerNorm(shape.width)
            self.cross_attention = CrossAttention(shape)
        self.norm3 = nn.LayerNorm(shape.width)
        self.up = nn.Linear(shape.width, shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)

    def encode(self, hidden: Tensor) -> Tensor:
        return self._forward(hidden + self.self_attention(self.norm1(hidden)))

    def decode(
        self, hidden: Tensor, memory: tuple[Tensor, Tensor], past: tuple[Tensor, Tensor], slots: Tensor, mask: Tensor
    ) -> Tensor:
        hidden = hidden + self.self_attention.cached(self.norm1(hidden), past, slots, mask)
        return self._forward(hidden + self.cross_attention(self.norm2(hidden), *memory))

    def looks(self, hidden: Tensor, keys: Tensor, past: tuple[Tensor, Tensor], slots: Tensor, mask: Tensor) -> Tensor:
        """The cross-attention's scaled products [B, heads, n, frames]."""
        hidden = hidden + self.self_attention.cached(self.norm1(hidden), past, slots, mask)
        queries = self.cross_attention.queries(self.norm2(hidden))
        products: Tensor = queries @ keys.mT / float(queries.shape[-1]) ** 0.5
        return products

    def _forward(self, hidden: Tensor) -> Tensor:
        added: Tensor = self.down(functional.gelu(self.up(self.norm3(hidden))))
        return hidden + added


class SelfAttention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.inner = nn.Linear(shape.width, 3 * shape.width)
        self.outer = nn.Linear(shape.width, shape.width)

    def forward(self, hidden: Tensor) -> Tensor:
        queries, keys, values = (_split(part, self.heads) for part in self.inner(hidden).chunk(3, dim=-1))
        attended: Tensor = self.outer(_join(functional.scaled_dot_product_attention(queries, keys, values)))
        return attended

    def cached(self, hidden: Tensor, past: tuple[Tensor, Tensor], slots: Tensor, mask: Tensor) -> Tensor:
        """With keys and values in `past`, see Decoder.forward."""
        queries, keys, values = (_split(part, self.heads) for part in self.inner(hidden).chunk(3, dim=-1))
        past[0].index_copy_(2, slots, keys)
        past[1].index_copy_(2, slots, values)
        keys, values = (stored[:, :, : mask.shape[-1]] for stored in past)
        attended = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        joined: Tensor = self.outer(_join(attended))
        return joined


class CrossAttention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.memory = nn.Linear(shape.width, 2 * shape.width)
        self.outer = nn.Linear(shape.width, shape.width)

    def remember(self, encoded: Tensor) -> tuple[Tensor, Tensor]:
        keys, values = (_split(part, self.heads).contiguous() for part in self.memory(encoded).chunk(2, dim=-1))
        return keys, values

    def queries(self, hidden: Tensor) -> Tensor:
        return _split(self.query(hidden), self.heads)

    def forward(self, hidden: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        attended = functional.scaled_dot_product_attention(self.queries(hidden), keys, values)
        joined: Tensor = self.outer(_join(attended))
        return joined


def _split(hidden: Tensor, heads: int) -> Tensor:
    """[B, n, width] to [B, heads, n, width / heads]."""
    return hidden.view(*hidden.shape[:2], heads, -1).transpose(1, 2)


def _join(attended: Tensor) -> Tensor:
    return attended.transpose(1, 2).flatten(2)
