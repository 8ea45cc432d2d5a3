"""When each token was said, from where the decoder looks in the sound (Whisper's word timestamps).

Dynamic time warping of the attention of the heads that follow the sound, as in the code published with Whisper
(whisper/timing.py) and in CTranslate2, computed for a whole batch at once.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

MEDIAN_WIDTH = 7  # steps of sound over which a head's attention is smoothed


def token_starts(looks: Tensor, tokens: Sequence[int], frames: Sequence[int], skip: int) -> list[list[int]]:
    """The step of encoded sound (20 ms) at which each token begins, for each row.

    looks: float32 [B, heads, n, sound], scaled products of queries and keys; row b has the first `tokens[b]` of n
    and the first `frames[b]` of the sound. The first `skip` tokens are not aligned, nor is the last, which is the end;
    each of the others predicts what comes behind it, so that the result's last is where the end begins.
    """
    device = looks.device
    lengths, sound = torch.tensor(tokens, device=device), torch.tensor(frames, device=device)
    looks = looks[..., : max(frames)]
    is_token = torch.arange(looks.shape[2], device=device) < lengths[:, None]
    is_sound = torch.arange(looks.shape[3], device=device) < sound[:, None]
    attention = looks.masked_fill(~is_sound[:, None, None], -torch.inf).softmax(-1)
    attention = _normalised(attention, is_token[:, None, :, None])
    matrix = _smoothed(attention, sound).mean(1)
    starts = _warp(-matrix[:, skip:].double(), lengths - skip - 1, sound).tolist()
    return [row[: length - skip - 1] for row, length in zip(starts, tokens, strict=True)]


def _normalised(attention: Tensor, is_token: Tensor) -> Tensor:
    """To mean 0 and variance 1 over the tokens [B, heads, n, sound], of which those count that `is_token`."""
    count = is_token.sum(2, keepdim=True)
    mean = (attention * is_token).sum(2, keepdim=True) / count
    variance = ((attention - mean).square() * is_token).sum(2, keepdim=True) / count
    return (attention - mean) / variance.clamp(min=1e-20).sqrt()


def _smoothed(attention: Tensor, sound: Tensor) -> Tensor:
    """The median of each MEDIAN_WIDTH steps, mirrored at the row's end of sound."""
    half = MEDIAN_WIDTH // 2
    last = (sound - 1)[:, None]
    steps = torch.arange(-half, attention.shape[-1] + half, device=sound.device).abs()
    mirrored = (last - (last - steps).abs()).clamp(min=0)  # [B, sound + 2 * half]
    index = mirrored[:, None, None].expand(*attention.shape[:3], -1)
    smoothed: Tensor = attention.gather(-1, index).unfold(-1, MEDIAN_WIDTH, 1).median(-1).values
    return smoothed


def _warp(costs: Tensor, lengths: Tensor, sound: Tensor) -> Tensor:
    """The first column of each line on the cheapest monotone way through costs [B, n, m], int64 [B, n].

    The way goes from the first cell to that at (lengths[b] - 1, sound[b] - 1), by one line, column or both at a time.
    """
    rows, count, width = costs.shape
    columns = torch.arange(width, device=costs.device)
    entries = torch.empty_like(costs, dtype=torch.long)  # where the way to a cell came into its line
    is_diagonal = torch.zeros_like(costs, dtype=torch.bool)  # and whether slantwise
    above = costs[:, 0].cumsum(-1)  # cost of the way to each cell of the line before
    entries[:, 0] = 0
    for line in range(1, count):
        slant = functional.pad(above[:, :-1], (1, 0), value=torch.inf)
        is_diagonal[:, line] = slant <= above
        arriving = torch.minimum(slant, above)
        # Along a line, way[j] = cost[j] + min(arriving[j], way[j - 1]): a running minimum once sums are taken off.
        sums = costs[:, line].cumsum(-1)
        before = sums - costs[:, line]
        running, entry = (arriving - before).cummin(-1)
        entries[:, line] = entry
        above = running + sums
    starts = torch.zeros(rows, count, dtype=torch.long, device=costs.device)
    column = sound - 1
    for line in range(count - 1, -1, -1):
        is_inside = line < lengths
        entry = entries[:, line].gather(1, column[:, None])[:, 0]
        starts[:, line] = torch.where(is_inside, entry, columns[-1])
        slanted = is_diagonal[:, line].gather(1, entry[:, None])[:, 0].long()
        column = torch.where(is_inside, (entry - slanted).clamp(min=0), column)
    return starts
