"""From encoded sound to the most likely texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.speech.torch_whisper.captured import CapturedSearch
from models.speech.torch_whisper.network import Cache, Decoder, Memory
from models.speech.torch_whisper.rules import Rule, suppression
from models.speech.torch_whisper.search import Beams, advance, finish, first_beams, next_logits


@dataclass(frozen=True)
class SpecialTokens:
    """The end, the sign of no speech, and what is never written, or not as the first token."""

    eot: int
    no_speech: int
    suppressed: tuple[int, ...]
    suppressed_first: tuple[int, ...]


@dataclass(frozen=True)
class Decoded:
    """`tokens` without the end; `logprob`: the sum over them and the end, NaN where the network gave no numbers."""

    tokens: list[int]
    logprob: float
    no_speech_probability: float


class BeamDecoder:
    """Searches batches with `beams` beams a row (1 is greedy); on CUDA its steps are replayed from CUDA graphs."""

    def __init__(self, decoder: Decoder, special: SpecialTokens, beams: int) -> None:
        self._decoder, self._special, self._beams = decoder, special, beams
        device, vocabulary = decoder.positions.device, decoder.shape.vocabulary
        self._suppressed = suppression(special.suppressed, vocabulary, device)
        self._suppressed_first = suppression((*special.suppressed, *special.suppressed_first), vocabulary, device)
        self._captured = (
            CapturedSearch(decoder, self._suppressed, special.eot, beams) if device.type == "cuda" else None
        )

    def decode(self, memory: Memory, prompts: Tensor, longest: int, rules: Sequence[Rule] = ()) -> list[Decoded]:
        """The best text of each row, of at most `longest` tokens, behind its prompt; prompts are int64 [B, P]."""
        rows, prompt = prompts.shape
        cache = self._decoder.cache(rows, (prompt + longest) * self._beams)
        logits = self._read(prompts, memory, cache)
        no_speech = logits[:, 0].softmax(-1)[:, self._special.no_speech]
        first = logits[:, -1:] + self._suppressed_first
        for rule in rules:
            first = rule(first, prompts.new_zeros(rows, 1, 0))
        beams = first_beams(first[:, 0], self._beams, prompt, longest)
        if self._captured and not rules:
            self._captured.run(beams, memory, cache, prompt)
        else:
            self._run(beams, memory, cache, prompt, rules)
        finish(beams, longest)
        found = zip(
            beams.best_tokens.tolist(),
            beams.best_length.tolist(),
            beams.best_score.tolist(),
            no_speech.tolist(),
            strict=True,
        )
        return [Decoded(tokens[:length], score * length, silence) for tokens, length, score, silence in found]

    def likeliest(self, memory: Memory, start: int, choices: Sequence[int]) -> list[int]:
        """Which of the tokens `choices` comes likeliest behind the token `start`, as its index, for each row."""
        prompts = torch.full((len(memory.keys[0]), 1), start, device=memory.keys[0].device)
        logits = self._read(prompts, memory, self._decoder.cache(len(prompts), self._beams))
        likeliest: list[int] = logits[:, -1, list(choices)].argmax(-1).tolist()
        return likeliest

    def _read(self, prompts: Tensor, memory: Memory, cache: Cache) -> Tensor:
        """Logits [B, P, vocabulary]; the prompt's keys and values go to the first beam's places in the cache."""
        length = prompts.shape[1]
        places = torch.arange(length, device=prompts.device)
        sees = torch.zeros(length, length, self._beams, dtype=torch.bool, device=prompts.device)
        sees[..., 0] = places <= places[:, None]
        hidden = self._decoder(prompts, places, memory, cache, places * self._beams, sees.flatten(1)[None, None])
        return self._decoder.logits(hidden)

    def _run(self, beams: Beams, memory: Memory, cache: Cache, prompt: int, rules: Sequence[Rule]) -> None:
        """Search step by step, in place; rows that are done are left out of what is computed."""
        rows = torch.arange(len(beams.ended), device=beams.ended.device)
        going = beams.rows(rows)
        for number in range(1, beams.tokens.shape[2]):
            step = torch.tensor([number], device=rows.device)
            logits = next_logits(self._decoder, going, step, memory, cache, prompt, prompt + number)
            logits += self._suppressed
            for rule in rules:
                logits = rule(logits, going.tokens[..., :number])
            advance(going, step, logits, prompt, self._special.eot)
            left = (~going.is_done).nonzero()[:, 0]
            if len(left) < len(rows):
                beams.put(rows, going)
                rows, going, memory, cache = rows[left], going.rows(left), memory.rows(left), cache.rows(left)
            if not len(rows):
                return
        beams.put(rows, going)
