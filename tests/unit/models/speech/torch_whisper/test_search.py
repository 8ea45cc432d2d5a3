"""The search in tensors finds what a plain one does that computes every text from its start."""

import pytest
import torch

from models.speech.torch_whisper.decode import BeamDecoder, SpecialTokens
from models.speech.torch_whisper.network import Decoder, Memory, Whisper
from models.speech.torch_whisper.rules import Rule, without_repeats

pytestmark = pytest.mark.unit

PROMPTS = [[9, 38, 39], [17, 29, 39], [22, 32, 34], [34, 8, 20]]
EOT, NO_SPEECH, SUPPRESSED = 30, 36, (*range(6, 29), 31, 33)
SUPPRESSED_FIRST = (EOT, 5)
LONGEST = 12


def plain_search(
    decoder: Decoder, memory: Memory, prompt: list[int], beams: int, rules: list[Rule]
) -> tuple[list[int], float]:
    """One row: the tokens and their sum of log-probabilities, the end's included."""
    going, ended = [(0.0, list[int]())], list[tuple[float, float, list[int]]]()
    for step in range(LONGEST):
        candidates = []
        for score, tokens in going:
            hidden, _ = decoder.attention(torch.tensor([[*prompt, *tokens]]), memory, [(0, 0)])
            logits = decoder.logits(hidden[:, -1:])
            logits[..., list(SUPPRESSED)] = -torch.inf
            if step == 0:
                logits[..., list(SUPPRESSED_FIRST)] = -torch.inf
            for rule in rules:
                logits = rule(logits, torch.tensor([[tokens]], dtype=torch.long).reshape(1, 1, -1))
            probabilities = logits[0, 0].log_softmax(-1)
            candidates += [(score + float(value), [*tokens, n]) for n, value in enumerate(probabilities)]
        candidates.sort(key=lambda candidate: -candidate[0])
        ended += [(score / step, score, tokens[:-1]) for score, tokens in candidates[:beams] if tokens[-1] == EOT]
        if len(ended) >= beams:
            break
        going = [candidate for candidate in candidates if candidate[1][-1] != EOT][:beams]
    else:
        ended += [(score / LONGEST, score, tokens) for score, tokens in going]
    _, score, tokens = max(ended)
    return tokens, score


@pytest.fixture
def memory(tiny: Whisper) -> Memory:
    generator = torch.Generator().manual_seed(11)
    return tiny.decoder.memory(tiny.encoder(torch.randn(4, 8, 40, generator=generator)))


@pytest.mark.parametrize("beams", [1, 2, 5])
@pytest.mark.parametrize("rules", [[], [without_repeats]])
def test_the_same_texts_as_a_plain_search(tiny: Whisper, memory: Memory, beams: int, rules: list[Rule]) -> None:
    special = SpecialTokens(EOT, NO_SPEECH, SUPPRESSED, SUPPRESSED_FIRST)
    decoded = BeamDecoder(tiny.decoder, special, beams).decode(memory, torch.tensor(PROMPTS), LONGEST, rules)
    expected = [
        plain_search(tiny.decoder, memory.rows(torch.tensor([row])), PROMPTS[row], beams, rules) for row in range(4)
    ]
    assert [row.tokens for row in decoded] == [tokens for tokens, _ in expected]
    assert [row.logprob for row in decoded] == pytest.approx([score for _, score in expected], rel=1e-4)
    assert len({len(row.tokens) for row in decoded}) > 1  # rows end at different steps
    silence = tiny.decoder.attention(torch.tensor(PROMPTS), memory, [(0, 0)])[0][:, 0]
    expected_silence = tiny.decoder.logits(silence).softmax(-1)[:, NO_SPEECH].tolist()
    assert [row.no_speech_probability for row in decoded] == pytest.approx(expected_silence, rel=1e-4)


def test_numbers_that_are_none_are_not_hidden(tiny: Whisper, memory: Memory) -> None:
    broken = Memory(memory.keys, tuple(values.clone() for values in memory.values))
    broken.values[1][2, 0, 3, 0] = torch.nan
    special = SpecialTokens(EOT, NO_SPEECH, SUPPRESSED, SUPPRESSED_FIRST)
    decoded = BeamDecoder(tiny.decoder, special, 5).decode(broken, torch.tensor(PROMPTS), LONGEST)
    is_number = [row.logprob == row.logprob for row in decoded]
    assert is_number == [True, True, False, True]


def test_the_likeliest_token(tiny: Whisper, memory: Memory) -> None:
    special = SpecialTokens(EOT, NO_SPEECH, SUPPRESSED, SUPPRESSED_FIRST)
    hidden, _ = tiny.decoder.attention(torch.tensor([[37]] * 4), memory, [(0, 0)])
    expected = tiny.decoder.logits(hidden[:, -1])[:, [3, 8, 12]].argmax(-1).tolist()
    assert BeamDecoder(tiny.decoder, special, 5).likeliest(memory, 37, [3, 8, 12]) == expected
