from typing import get_args

import pytest

from models.media.errors import AudioProblem, MediaProblem
from models.report.problems import media_problem

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("code", [*get_args(MediaProblem), *get_args(AudioProblem)])
def test_every_refusal_of_a_recording_has_words_in_both_languages(code: str) -> None:
    english, chinese = media_problem(code, "en"), media_problem(code, "zh")

    assert english.code == chinese.code == code
    assert english.text and chinese.text and english.text != chinese.text
