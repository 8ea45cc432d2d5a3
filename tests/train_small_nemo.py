"""Training of the small NeMo models on the language of tones: seconds on one core."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from small_canary import CHARACTERS, prompt_slots
from small_nemo import DURATIONS
from tones import Utterance, sentence, utter
from torch.nn.functional import log_softmax
from torch.nn.utils.rnn import pad_sequence

ROWS = 8
FRAME_S = 0.08  # of the encoder
NEVER = -1e30


def train_hybrid(model: Any, steps: int, seed: int, slur: float = 0.0) -> None:
    """The transducer and the CTC head together."""
    rng = random.Random(seed)

    def loss() -> torch.Tensor:
        joint, spoken, encoded = _heard(model, rng, slur)
        log_probs = model.ctc_decoder(encoder_output=encoded)
        return model.loss(log_probs=joint, **spoken) + model.ctc_loss(log_probs=log_probs, **spoken)

    _descend(model, steps, 4e-3, loss)


def train_tdt(model: Any, steps: int, seed: int) -> None:
    rng = random.Random(seed)
    model.joint.log_softmax = False  # tokens and durations each have their own

    def loss() -> torch.Tensor:
        joint, spoken, _ = _heard(model, rng, 0.0)
        return tdt_loss(joint, **spoken)

    _descend(model, steps, 2e-3, loss)


def train_canary(model: Any, steps: int, seed: int) -> None:
    """English or Chinese, with word times or without, as the prompt asks.

    The decoder is shown where the words are, which large ones learn from years of speech.
    """
    rng = random.Random(seed)
    attention: list[torch.Tensor] = []
    hook = model.transf_decoder._decoder.register_forward_hook(lambda *passed: attention.append(passed[2][1][0]))

    def loss() -> torch.Tensor:
        utterances = [utter(sentence(rng, 4), rng, (0.15, 0.25)) for _ in range(ROWS)]
        dialogs = [_dialog(model, utterance, rng) for utterance in utterances]
        sounds, lengths = _padded([torch.from_numpy(utterance.audio) for utterance in utterances], 0)
        written, ends = _padded([dialog.tokens for dialog in dialogs], model.tokenizer.pad_id)
        places = torch.arange(1, written.shape[1])
        asked = torch.tensor([dialog.asked for dialog in dialogs])
        answers = (places >= asked[:, None]) & (places < ends[:, None])
        log_probs, *_ = model(
            input_signal=sounds, input_signal_length=lengths, transcript=written[:, :-1], transcript_length=ends - 1
        )
        [looked] = attention
        attention.clear()
        there = [
            looked[row, :, place - 1, first:last].sum(dim=-1)
            for row, dialog in enumerate(dialogs)
            for place, first, last in dialog.words
        ]
        missed = -torch.log(torch.stack(there) + 1e-6).mean()
        return model.loss(log_probs=log_probs, labels=written[:, 1:], output_mask=answers) + missed

    _descend(model, steps, 4e-3, loss)
    hook.remove()


def tdt_loss(
    joint: torch.Tensor, targets: torch.Tensor, input_lengths: torch.Tensor, target_lengths: torch.Tensor
) -> torch.Tensor:
    """Mean negative log-likelihood of `targets` [rows, tokens] under a token-and-duration transducer (Xu et al. 2023,
    equation 5): NeMo's own needs CUDA. joint: [rows, frames, tokens + 1, vocabulary + blank + durations].
    """
    said = log_softmax(joint[..., : -len(DURATIONS)], dim=-1)
    lasting = log_softmax(joint[..., -len(DURATIONS) :], dim=-1)
    rows, frames, places, _ = said.shape
    blank = said[..., -1]
    token = said[:, :, :-1].gather(-1, targets[:, None, :, None].expand(-1, frames, -1, 1)).squeeze(-1)
    never = joint.new_full((rows,), NEVER)
    reached: dict[tuple[int, int], torch.Tensor] = {}  # at frame t with u tokens said
    ended: dict[tuple[int, int], torch.Tensor] = {}  # the same, by a blank
    for t in range(frames + 1):
        for u in range(places):
            blanks, tokens = [never], [torch.zeros_like(never) if t == u == 0 else never]
            for place, duration in enumerate(DURATIONS):
                since = t - duration
                if since >= 0 and duration:
                    blanks.append(reached[since, u] + blank[:, since, u] + lasting[:, since, u, place])
                if 0 <= since < frames and u and t < frames:
                    tokens.append(reached[since, u - 1] + token[:, since, u - 1] + lasting[:, since, u - 1, place])
            ended[t, u] = torch.logsumexp(torch.stack(blanks), dim=0)
            reached[t, u] = torch.logsumexp(torch.stack([*blanks, *tokens]), dim=0)
    ends = zip(input_lengths.tolist(), target_lengths.tolist(), strict=True)
    return -torch.stack([ended[end][row] for row, end in enumerate(ends)]).mean()


def _heard(model: Any, rng: random.Random, slur: float) -> tuple[torch.Tensor, dict[str, torch.Tensor], torch.Tensor]:
    """A transducer's joint output for a batch of utterances, what was said in it, and the encoder's output."""
    utterances = [utter(sentence(rng, 4), rng, (0.1, 0.8), slur) for _ in range(ROWS)]
    sounds, lengths = _padded([torch.from_numpy(utterance.audio) for utterance in utterances], 0)
    texts = [torch.tensor(model.tokenizer.text_to_ids(utterance.text)) for utterance in utterances]
    targets, target_lengths = _padded(texts, 0)
    encoded, frames = model(input_signal=sounds, input_signal_length=lengths)
    predicted, target_lengths, _ = model.decoder(targets=targets, target_length=target_lengths)
    joint = model.joint(encoder_outputs=encoded, decoder_outputs=predicted)
    return joint, {"targets": targets, "input_lengths": frames, "target_lengths": target_lengths}, encoded


@dataclass(frozen=True)
class Dialog:
    """A prompt of `asked` tokens and its answer; `words`: place of each of the words' tokens, and its frames."""

    tokens: torch.Tensor
    asked: int
    words: tuple[tuple[int, int, int], ...]


def _dialog(model: Any, utterance: Utterance, rng: random.Random) -> Dialog:
    language, timed = rng.choice(["en", "zh"]), rng.random() < 0.5
    prompt = model.prompt.encode_dialog([{"role": "user", "slots": prompt_slots(language, timed)}])["context_ids"]
    tokens, words = prompt.tolist(), []
    for word, span in zip(utterance.words, utterance.spans, strict=True):
        first, last = (round(second / FRAME_S) for second in span)
        written = model.tokenizer.text_to_ids(CHARACTERS[word] if language == "zh" else word, language)
        start, end = (model.tokenizer.special_tokens[f"<|{frame}|>"] for frame in (first, last))
        tokens += [start] if timed else []
        words += [(len(tokens) + place, first, last) for place in range(len(written))]
        tokens += [*written, end] if timed else written
    return Dialog(torch.tensor([*tokens, model.tokenizer.eos_id]), len(prompt), tuple(words))


def _padded(rows: list[torch.Tensor], padding: int) -> tuple[torch.Tensor, torch.Tensor]:
    return pad_sequence(rows, True, padding), torch.tensor([len(row) for row in rows])


def _descend(model: Any, steps: int, rate: float, loss: Callable[[], torch.Tensor]) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    model.train()
    for _ in range(steps):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.eval()
