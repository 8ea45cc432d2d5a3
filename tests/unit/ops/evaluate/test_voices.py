"""What the evaluation of voices counts, on made-up voices."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.speakers.heard import HeardVoice
from ops.evaluate.voices import ANSWERS, evaluate_voices

pytestmark = pytest.mark.unit


def heard(voice: int, stretches: int, start: float = 0.0) -> list[HeardVoice]:
    """Stretches of 2.5 s, one every three seconds, of one voice that shares 0.5 with every other."""
    chance = np.random.default_rng(voice)
    found = []
    for place in range(stretches):
        vector = np.zeros(64)
        vector[0], vector[1 + voice] = 0.7, 0.7
        vector[20:] = 0.02 * chance.standard_normal(44)
        begin = start + 3.0 * place
        unit = tuple(vector / np.linalg.norm(vector))
        found.append(HeardVoice(start=begin, end=begin + 2.5, seconds=2.5, vector=unit))
    return found


def write(folder: Path, lines: Sequence[dict[str, Any]]) -> None:
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_voices_answers_and_dialogues_are_counted(tmp_path: Path) -> None:
    voices = {"a1.wav": heard(1, 20), "a2.wav": heard(1, 20), "b.wav": heard(2, 30), "c.wav": heard(3, 2)}
    voices["talk.wav"] = [*heard(1, 6), *heard(2, 3, start=18.0)]
    lines: list[dict[str, Any]] = [
        {"path": "a1.wav", "speaker": "a", "lang": "en"},
        {"path": "a2.wav", "speaker": "a", "lang": "en"},
        {"path": "b.wav", "speaker": "b", "lang": "en"},
        {"path": "c.wav", "speaker": "unknown (20 speakers, all others)", "lang": "zh"},
        {"path": "talk.wav", "speaker": "a, b", "lang": "en", "turns": [["a", 0, 18, "x"], ["b", 18, 30, "y"]]},
        {"path": "lost.wav", "speaker": "d", "lang": "en"},
        {"path": "nobody.wav", "lang": "en"},
        {"path": "many.wav", "speaker": "4 speakers", "diarization": [], "lang": "en"},
    ]
    write(tmp_path, lines)
    result = evaluate_voices(tmp_path, lambda path: voices[path.name])

    assert (result.files, result.errors) == (6, 1)
    assert [error.path for error in result.error_files] == ["lost.wav"]
    english, chinese = result.languages["en"], result.languages["zh"]
    assert (english.speakers, english.stretches, chinese.speakers, chinese.stretches) == (2, 70, 1, 2)
    assert (english.own.n, english.others.n, english.different_pairs.n) == (70, 70, 40 * 30)
    assert english.same_pairs.n == 2 * 190 + 435 and chinese.own.n == 0 and chinese.own.p50 is None
    assert english.own_below == 0.0 and english.others_above == 0.0
    assert (result.answers, result.false_alarms) == (2 * ANSWERS, 0)
    assert result.planted[4] == result.seen[4] == 2 * ANSWERS
    assert (result.dialogues, result.turn_recall, result.turn_precision) == (1, 1.0, 1.0)


def test_where_no_speaker_is_named_there_is_nothing_to_measure(tmp_path: Path) -> None:
    write(tmp_path, [{"path": "a.wav", "lang": "en"}])
    result = evaluate_voices(tmp_path, lambda path: [])
    assert (result.files, result.languages, result.answers, result.turn_recall) == (0, {}, 0, None)
