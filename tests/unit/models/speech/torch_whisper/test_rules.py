"""Which tokens may come next."""

import pytest
import torch

from models.speech.torch_whisper.rules import LATEST_FIRST, TimestampRules, without_repeats

pytestmark = pytest.mark.unit

# Text is 0-9, the end 10, other signs up to 12, timestamps 13 to 99.
RULES, FIRST, VOCABULARY = TimestampRules(no_timestamps=12, eot=10), 13, 100


def allowed(tokens: list[int], **likely: float) -> set[int]:
    logits = torch.zeros(1, 1, VOCABULARY)
    for token, logit in likely.items():
        logits[..., int(token.removeprefix("t"))] = logit
    left = RULES(logits, torch.tensor([[tokens]], dtype=torch.long).reshape(1, 1, -1))
    return set(torch.isfinite(left[0, 0]).nonzero()[:, 0].tolist())


def test_a_text_begins_with_an_early_timestamp() -> None:
    assert allowed([]) == set(range(FIRST, FIRST + LATEST_FIRST + 1))


def test_after_the_first_timestamp_comes_text() -> None:
    assert allowed([20]) == set(range(12))


def test_after_text_either_may_come_and_time_does_not_go_back() -> None:
    assert allowed([20, 1], t3=50.0) == set(range(12)) | set(range(20, VOCABULARY))


def test_a_likely_timestamp_is_taken() -> None:
    assert allowed([20, 1], t3=-1.0) == set(range(20, VOCABULARY))


def test_a_timestamp_alone_is_followed_by_another_or_the_end() -> None:
    assert allowed([20, 1, 30], t10=50.0) == {10, 11} | set(range(30, VOCABULARY))


def test_after_a_pair_comes_text() -> None:
    assert allowed([20, 1, 30, 30]) == set(range(12))


def test_no_three_tokens_are_written_twice() -> None:
    tokens = torch.tensor([[[1, 2, 3, 1, 2], [4, 4, 4, 4, 4]]])
    left = torch.isfinite(without_repeats(torch.zeros(1, 2, 10), tokens))
    assert [(~row).nonzero()[:, 0].tolist() for row in left[0]] == [[3], [4]]
    short = torch.zeros(1, 1, 10)
    assert torch.isfinite(without_repeats(short, torch.tensor([[[1, 1]]]))).all()
