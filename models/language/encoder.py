"""A BERT encoder with mean pooling (Devlin et al. 2019; pooling as in Wang et al. 2024, multilingual E5)."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.language.packed import PackedModel, Quantised


class QuantisedTable(nn.Module):
    """An embedding table that stays 4-bit in memory (54 MB instead of 384) and is unpacked row by row."""

    nibbles: Tensor
    scales: Tensor

    def __init__(self, table: Quantised) -> None:
        super().__init__()
        self.register_buffer("nibbles", torch.from_numpy(table.nibbles))
        self.register_buffer("scales", torch.from_numpy(table.scales))

    def forward(self, ids: Tensor) -> Tensor:
        """ids int64 [n, t] -> float32 [n, t, columns]."""
        packed = self.nibbles[ids]
        weights = torch.cat([packed & 15, packed >> 4], dim=-1).float() - 8
        return (weights * self.scales[ids].float().unsqueeze(-1)).flatten(-2)


class Layer(nn.Module):
    """Self-attention and feed-forward, each followed by its residual and layer norm."""

    def __init__(self, model: PackedModel, index: int) -> None:
        super().__init__()
        self.heads = model.heads
        self.query = _linear(model, f"l{index}.q")
        self.key = _linear(model, f"l{index}.k")
        self.value = _linear(model, f"l{index}.v")
        self.attended = _linear(model, f"l{index}.ao")
        self.attended_norm = _norm(model, f"l{index}.aln")
        self.wide = _linear(model, f"l{index}.fi")
        self.narrow = _linear(model, f"l{index}.fo")
        self.output_norm = _norm(model, f"l{index}.oln")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [n, t, hidden], mask bool [n, 1, 1, t] (True where a token is) -> [n, t, hidden]."""

        def split(y: Tensor) -> Tensor:
            return y.reshape(*y.shape[:2], self.heads, -1).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask
        )
        x = self.attended_norm(x + self.attended(mixed.transpose(1, 2).flatten(-2)))
        hidden: Tensor = self.output_norm(x + self.narrow(functional.gelu(self.wide(x))))
        return hidden


class Encoder(nn.Module):
    """Token ids to one vector per row: the mean of the last layer over the row's tokens."""

    positions: Tensor

    def __init__(self, model: PackedModel) -> None:
        super().__init__()
        self.pad = model.pad
        self.words = QuantisedTable(model.quantised["emb.word"])
        # The token type is always 0, so its row is one more constant added to every position.
        positions = model.floats["emb.pos"].reshape(model.positions, -1) + model.floats["emb.type"][: model.hidden]
        self.register_buffer("positions", torch.from_numpy(positions))
        self.norm = _norm(model, "emb.ln")
        self.layers = nn.ModuleList(Layer(model, index) for index in range(model.layers))

    def forward(self, ids: Tensor) -> Tensor:
        """ids int64 [n, t], rows filled up with the padding token -> float32 [n, hidden], not normalised."""
        mask = ids != self.pad
        x = self.norm(self.words(ids) + self.positions[: ids.shape[1]])
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        kept = mask.unsqueeze(-1).float()
        pooled: Tensor = (x * kept).sum(1) / kept.sum(1)
        return pooled


def _linear(model: PackedModel, name: str) -> nn.Linear:
    weight = torch.from_numpy(model.quantised[f"{name}.w"].to_float())
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.weight = nn.Parameter(weight, requires_grad=False)
    linear.bias = _parameter(model.floats[f"{name}.b"])
    return linear


def _norm(model: PackedModel, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(model.hidden, eps=model.epsilon)
    norm.weight = _parameter(model.floats[f"{name}.w"])
    norm.bias = _parameter(model.floats[f"{name}.b"])
    return norm


def _parameter(values: np.ndarray) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(values), requires_grad=False)
