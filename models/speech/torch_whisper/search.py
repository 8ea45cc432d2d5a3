"""Beam search over a batch, kept in tensors so that a step of it needs nothing from the host.

The same search as CTranslate2's: of twice as many candidates as beams, those that end are set aside, the best others
go on, and a row is done when as many have ended as there are beams. The best is the one with the highest mean
log-probability of its tokens.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from models.speech.torch_whisper.network import Cache, Decoder, Memory


@dataclass
class Beams:
    """Where the search of B rows with W beams stands; every tensor's first axis is the row.

    tokens: int64 [B, W, T], of which the first `step` are written. ancestors: int64 [B, W, P + T]: for each position
    of a beam's past the beam whose keys and values hold it. scores: float32 [B, W], sums of log-probabilities.
    best_*: of the ended ones, tokens [B, T], their number [B] and mean log-probability [B]. ended: how many [B].
    """

    tokens: Tensor
    ancestors: Tensor
    scores: Tensor
    best_tokens: Tensor
    best_length: Tensor
    best_score: Tensor
    ended: Tensor

    @property
    def is_done(self) -> Tensor:
        """Rows [B] in which as many hypotheses have ended as there are beams."""
        return self.ended >= self.scores.shape[1]

    def rows(self, rows: Tensor) -> "Beams":
        """Those of some rows [b] of the batch."""
        return Beams(*(getattr(self, field.name)[rows] for field in fields(self)))

    def put(self, rows: Tensor, other: "Beams") -> None:
        """Take the values of `other` for some rows [b], in place."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(other, field.name)

    def copy_(self, other: "Beams") -> None:
        """Take the values of `other`, of the same shape, in place."""
        for field in fields(self):
            getattr(self, field.name).copy_(getattr(other, field.name))


def first_beams(logits: Tensor, beams: int, prompt: int, longest: int) -> Beams:
    """The search after its first token, from the logits [B, vocabulary] behind a prompt of `prompt` tokens."""
    rows, device = len(logits), logits.device
    scores, tokens = logits.log_softmax(-1).topk(beams)
    written = torch.zeros(rows, beams, longest, dtype=torch.long, device=device)
    written[:, :, 0] = tokens
    return Beams(
        tokens=written,
        ancestors=torch.zeros(rows, beams, prompt + longest, dtype=torch.long, device=device),
        scores=scores,
        best_tokens=torch.zeros(rows, longest, dtype=torch.long, device=device),
        best_length=torch.zeros(rows, dtype=torch.long, device=device),
        best_score=torch.full((rows,), -torch.inf, device=device),
        ended=torch.zeros(rows, dtype=torch.long, device=device),
    )


def advance(beams: Beams, step: Tensor, logits: Tensor, prompt: int, eot: int) -> None:
    """Write the token number `step` ([1]) of every beam, from its logits [B, W, vocabulary], in place."""
    width = beams.scores.shape[1]
    own = torch.arange(width, device=logits.device)
    # The keys and values of the token before this one were computed in the beam's own place.
    beams.ancestors.index_copy_(2, prompt + step - 1, own.expand_as(beams.scores)[..., None])

    # The best of all are among the best of each beam.
    highest, tokens = logits.topk(2 * width)
    scores = highest - logits.logsumexp(-1, keepdim=True) + beams.scores[..., None]
    scores, places = scores.flatten(1).topk(2 * width)
    tokens = tokens.flatten(1).gather(1, places)
    parents = places // (2 * width)

    ends = tokens == eot
    _set_aside(beams, step, torch.where(ends, scores, -torch.inf)[:, :width], parents[:, :width])

    scores, going = torch.where(ends, -torch.inf, scores).topk(width)
    parents, tokens = parents.gather(1, going), tokens.gather(1, going)
    beams.tokens.copy_(beams.tokens.gather(1, parents[..., None].expand_as(beams.tokens)))
    beams.tokens.index_copy_(2, step, tokens[..., None])
    beams.ancestors.copy_(beams.ancestors.gather(1, parents[..., None].expand_as(beams.ancestors)))
    beams.scores.copy_(scores)


def finish(beams: Beams, length: int) -> None:
    """Where nothing has ended, the beams as they are now, of `length` tokens, are the hypotheses."""
    own = torch.arange(beams.scores.shape[1], device=beams.scores.device).expand_as(beams.scores)
    _set_aside(beams, torch.tensor([length], device=own.device), beams.scores, own)


def _set_aside(beams: Beams, length: Tensor, sums: Tensor, parents: Tensor) -> None:
    """Hypotheses of `length` [1] tokens that end: sums of log-probabilities [B, k], -inf where none ends."""
    score, which = (sums / length).max(1)
    is_better = ~beams.is_done & (score > beams.best_score)
    parent = parents.gather(1, which[:, None])
    tokens = beams.tokens.gather(1, parent[..., None].expand(-1, 1, beams.tokens.shape[2]))[:, 0]
    beams.best_tokens.copy_(torch.where(is_better[:, None], tokens, beams.best_tokens))
    beams.best_length.copy_(torch.where(is_better, length, beams.best_length))
    beams.best_score.copy_(torch.where(is_better, score, beams.best_score))
    beams.ended += (sums > -torch.inf).sum(1)


def next_logits(
    decoder: Decoder, beams: Beams, step: Tensor, memory: Memory, cache: Cache, prompt: int, span: int
) -> Tensor:
    """Logits [B, W, vocabulary] for the token number `step` ([1]), of a cache of which `span` positions are in use."""
    width = beams.scores.shape[1]
    own = torch.arange(width, device=step.device)
    position = prompt + step - 1
    last = beams.tokens.index_select(2, step - 1)[..., 0]
    # Slot p * W + w of the cache holds position p of beam w: a beam sees it where w is its ancestor there.
    places = torch.arange(span, device=step.device)
    sees = (beams.ancestors[..., :span, None] == own) & (places < position)[:, None]
    sees |= (places == position)[:, None] & (own[:, None, None] == own)
    hidden = decoder(last, position, memory, cache, position * width + own, sees.flatten(2)[:, None])
    return decoder.logits(hidden)
