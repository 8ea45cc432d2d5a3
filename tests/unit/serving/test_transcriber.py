"""What a batch of speech costs."""

import numpy as np
import pytest

from models.speech.contract import SAMPLE_RATE, Segment
from serving.settings import Profile
from serving.transcriber import padded_seconds

pytestmark = pytest.mark.unit


def speech(seconds: float) -> Segment:
    return Segment(np.zeros(int(seconds * SAMPLE_RATE), np.float32), 0.0)


def test_every_row_counts_as_much_as_the_longest() -> None:
    assert padded_seconds([speech(3)], 7) == 10
    assert padded_seconds([speech(3), speech(28), speech(1)], 7) == 3 * 35


def test_on_two_cores_a_long_segment_goes_alone_and_short_ones_together() -> None:
    transcriber = Profile.load("embedded").transcriber
    fits = [
        padded_seconds(batch, transcriber.row_s) <= transcriber.max_batch_size
        for batch in ([speech(28)], [speech(28), speech(1)], [speech(3)] * 6, [speech(3)] * 7)
    ]
    assert fits == [True, False, True, False]
