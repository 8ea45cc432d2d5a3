"""Which tokens may come next, beyond what the network thinks of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# Logits [B, W, vocabulary] and the W beams' tokens so far [B, W, n] to the logits that are left.
Rule = Callable[[Tensor, Tensor], Tensor]

# The first timestamp of a text: not later than 50 steps of 20 ms (Whisper's own decoding, max_initial_timestamp).
LATEST_FIRST = 50


def suppression(tokens: Sequence[int], vocabulary: int, device: torch.device) -> Tensor:
    """What to add to logits so that `tokens` are never written: float32 [vocabulary]."""
    added = torch.zeros(vocabulary)
    added[list(tokens)] = -torch.inf
    return added.to(device)


def without_repeats(logits: Tensor, tokens: Tensor) -> Tensor:
    """Forbid what would complete three tokens in a row that a beam has written before.

    logits [B, W, vocabulary], tokens so far [B, W, n].
    """
    if tokens.shape[-1] < 3:
        return logits
    triples = tokens.unfold(-1, 3, 1)
    again = (triples[..., :2] == tokens[..., None, -2:]).all(-1)
    forbidden = torch.zeros_like(logits, dtype=torch.long).scatter_add_(-1, triples[..., 2], again.long()) > 0
    return logits.masked_fill(forbidden, -torch.inf)


@dataclass(frozen=True)
class TimestampRules:
    """Whisper's rules for texts with timestamp tokens, which are the last of the vocabulary, from `first` on.

    (Radford et al. 2022, section 4.5 and the decoding published with it.)
    """

    no_timestamps: int
    eot: int

    def __call__(self, logits: Tensor, tokens: Tensor) -> Tensor:
        """logits [B, W, vocabulary], tokens so far [B, W, n], none of them at the start."""
        first = self.no_timestamps + 1
        logits = logits.clone()
        logits[..., self.no_timestamps] = -torch.inf
        if tokens.shape[-1] == 0:
            logits[..., :first] = -torch.inf
            logits[..., first + LATEST_FIRST + 1 :] = -torch.inf
            return logits
        numbers = torch.arange(logits.shape[-1], device=logits.device)
        is_time, is_text = numbers >= first, numbers < self.eot
        # They come in pairs, but before the end: after a pair there is text, after one alone there is none.
        ends_in_time = tokens[..., -1:] >= first
        is_pair = ends_in_time & (tokens[..., -2:-1] >= first) if tokens.shape[-1] > 1 else ends_in_time
        logits.masked_fill_(is_pair & is_time, -torch.inf)
        logits.masked_fill_(ends_in_time & ~is_pair & is_text, -torch.inf)
        # They do not go back.
        latest = torch.where(tokens >= first, tokens, 0).amax(-1, keepdim=True)
        logits.masked_fill_(is_time & (numbers < latest), -torch.inf)
        # Where a timestamp is likelier than any one text token, it is a timestamp.
        likelier = logits[..., first:].logsumexp(-1) > logits[..., :first].amax(-1)
        return logits.masked_fill((likelier[..., None] & ~is_pair) & ~is_time, -torch.inf)
