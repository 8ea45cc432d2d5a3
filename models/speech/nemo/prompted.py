"""Decoders that are prompted for a language, as Canary is: they write words, with or without their times."""

from collections.abc import Sequence
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from models.speech.nemo.alignment import attended
from models.speech.nemo.archive import one_line
from models.speech.nemo.checkpoint import Checkpoint, CheckpointError
from models.speech.nemo.prompt import TIME
from models.speech.nemo.restore import CONFIDENCE, NotFinite
from models.speech.nemo.tokens import Said, Token, text_of, words_of
from models.speech.transcript import Language

# More tokens than frames are no speech: so many past that, a decoder that repeats itself is stopped. NeMo's value.
TOKENS_PAST_FRAMES = 50
# What is asked where the checkpoint has no default of its own: as written, with its punctuation.
ASKED = {
    "task": "asr",
    "pnc": "yes",
    "itn": "no",
    "decodercontext": "",
    "emotion": "<|emo:undefined|>",
    "diarize": "no",
}


class PromptedDecoding:
    """What a model writes to sounds. `frame_s`: seconds per frame of the encoder.

    Word times are the checkpoint's own where its prompt can ask for them and it gives them, else those of the frames
    that the decoder attended to, which are rougher. Sound of an unknown language is written in each language that the
    checkpoint has, and the surest is taken.
    """

    def __init__(self, model: Any, checkpoint: Checkpoint, frame_s: float) -> None:
        """Raises CheckpointError where its prompt cannot be written."""
        self._model, self._checkpoint, self._frame_s = model, checkpoint, frame_s
        model.change_decoding_strategy(_greedy())
        try:
            self._prompts = {language: self._prompt(language) for language in checkpoint.languages}
        except Exception as error:  # whatever NeMo's prompts raise: they share no base
            raise CheckpointError(f"{checkpoint.stem}.nemo: NeMo cannot prompt it ({one_line(error)})") from error
        self._words = {
            number
            for number, piece in enumerate(checkpoint.vocabulary)
            if not (piece.startswith("<") and piece.endswith(">"))
        }
        times = ((number, TIME.fullmatch(piece)) for number, piece in enumerate(checkpoint.vocabulary))
        self._times = {number: int(time[1]) for number, time in times if time}

    def __call__(self, sounds: torch.Tensor, lengths: torch.Tensor, languages: Sequence[Language | None]) -> list[Said]:
        """One result per row of `sounds`, float32 [rows, samples], of which `lengths` are sound."""
        _, frames, states, mask = self._model(input_signal=sounds, input_signal_length=lengths)
        asked = [
            (row, language)
            for row, known in enumerate(languages)
            for language in ([known] if known else self._checkpoint.languages)
        ]
        rows = [row for row, _ in asked]
        prompts = torch.stack([self._prompts[language] for _, language in asked]).to(states.device)
        hypotheses = self._model.decoding.decode_predictions_tensor(
            states[rows], mask[rows], decoder_input_ids=prompts, return_hypotheses=True
        )
        written: list[list[Said]] = [[] for _ in languages]
        for (row, language), hypothesis in zip(asked, hypotheses, strict=True):
            written[row].append(self._said(hypothesis, language, prompts.shape[1], int(frames[row])))
        return [max(choices, key=_sure) for choices in written]

    def _prompt(self, language: Language) -> torch.Tensor:
        prompt, formatter = self._checkpoint.prompt, self._model.prompt
        assert prompt is not None
        [turn] = formatter.get_default_dialog_slots()
        slots = {slot: ASKED.get(slot) if value is None else value for slot, value in turn["slots"].items()}
        slots |= {"source_lang": prompt.named[language], "target_lang": prompt.named[language]}
        if "timestamp" in slots:
            slots["timestamp"] = "yes" if prompt.timed else "no"
        ids = formatter.encode_dialog([{"role": turn["role"], "slots": slots}])["context_ids"]
        return torch.as_tensor(ids)

    def _said(self, hypothesis: Any, language: Language, prompted: int, frames: int) -> Said:
        numbers = torch.as_tensor(hypothesis.y_sequence).tolist()
        sure = torch.as_tensor(hypothesis.token_confidence).float()
        if not bool(torch.isfinite(sure).all()):
            raise NotFinite("the decoder computed values that are not finite")
        at = [place for place, number in enumerate(numbers) if number in self._words]
        times = timed([self._times.get(number) for number in numbers], at) or self._attended(
            hypothesis, prompted, at, frames
        )
        tokens = [
            Token(numbers[place], start, end, float(sure[place])) for place, (start, end) in zip(at, times, strict=True)
        ]
        words = words_of(
            tokens,
            self._checkpoint.vocabulary,
            self._frame_s,
            lambda group: text_of(group, self._model, self._checkpoint),
            joined_frames=0,
        )
        return Said(words, language)

    def _attended(self, hypothesis: Any, prompted: int, at: Sequence[int], frames: int) -> list[tuple[float, float]]:
        # Row i of the attention is where the decoder looked when it wrote token i + 1 of prompt and answer.
        layers = torch.stack([layer[:, :, :frames] for layer in hypothesis.xatt_scores])
        looked = layers.float().mean(dim=(0, 1))[[prompted - 1 + place for place in at]]
        return attended(looked.numpy())


def timed(times: Sequence[int | None], at: Sequence[int]) -> list[tuple[float, float]]:
    """When the tokens at the places `at` were said, in frames, told by the times around them: `times` by place, None
    where a token is none. Tokens between two times share the stretch. Empty where times are missing.
    """
    said: list[tuple[float, float]] = []
    for place in at:
        before = next((n for n in range(place, -1, -1) if times[n] is not None), None)
        after = next((n for n in range(place, len(times)) if times[n] is not None), None)
        if before is None or after is None:
            return []
        start, end = float(times[before] or 0), float(times[after] or 0)
        if end < start:
            return []
        among = [other for other in at if before < other < after]
        share, row = (end - start) / len(among), among.index(place)
        said.append((start + row * share, start + (row + 1) * share))
    return said


def _sure(said: Said) -> float:
    return sum(word["probability"] for word in said.words) / len(said.words) if said.words else 0.0


def _greedy() -> DictConfig:
    return OmegaConf.create(
        {
            "strategy": "greedy",
            "return_xattn_scores": True,
            "confidence_cfg": CONFIDENCE | {"preserve_frame_confidence": False},
            "greedy": {"max_generation_delta": TOKENS_PAST_FRAMES},
        }
    )
