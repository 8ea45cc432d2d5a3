"""Fillers, pauses and word times are counted right."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from models.speech.transcript import Language, Transcript, Word
from ops.evaluate.fillers import FillerEvaluation, Span, evaluate_fillers
from ops.evaluate.manifest import ManifestError

pytestmark = pytest.mark.unit


def evaluate(
    folder: Path, entries: Sequence[dict[str, Any]], heard: dict[str, tuple[str, list[Span]]]
) -> FillerEvaluation:
    """`heard` names for each path the words, one a second, and the stretches in which somebody was heard."""
    folder.joinpath("manifest.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")

    def listen(path: Path, language: Language | None) -> tuple[Transcript, list[Span]]:
        text, spans = heard[path.name]
        words = tuple(
            Word(text=word, start=place + 0.1, end=place + 0.9, confidence=0.9)
            for place, word in enumerate(text.split())
        )
        return Transcript(language=language or "en", words=words, confidence=0.9, recognizer="test"), spans

    return evaluate_fillers(folder, listen)


def test_fillers_count_in_their_place(tmp_path: Path) -> None:
    found = evaluate(
        tmp_path,
        [
            {"path": "a.wav", "lang": "en", "ref": "um i said uh yes and y'know we left"},
            {"path": "b.wav", "lang": "zh", "ref": "嗯我觉得呃很好"},
        ],
        {"a.wav": ("Um, I said yes and you know we, uh left", []), "b.wav": ("嗯， 我 觉得 很 好", [])},
    )
    assert (found.files, found.errors) == (2, 0)
    # um and 嗯 are right; uh is in the wrong place, "you know" has no mark beside it, 呃 is missing.
    assert (found.expected, found.found) == (5, 3)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 5)
    assert found.f1 == pytest.approx(0.5)
    assert found.pause_mae_s is None and found.word_time_mae_s is None


@pytest.mark.parametrize(
    ("language", "listed", "text"), [("en", "you know", "you know it"), ("zh", "就是", "我就是想")]
)
def test_what_the_manifest_lists_is_expected(tmp_path: Path, language: str, listed: str, text: str) -> None:
    entry = {"path": "a.wav", "lang": language, "ref": text, "fillers": [listed]}
    assert evaluate(tmp_path, [entry], {"a.wav": ("", [])}).expected == 1


def test_times_of_words_and_pauses(tmp_path: Path) -> None:
    words = [["one", 0.0, 1.0], ["two", 2.0, 3.0], ["four", 3.1, 3.5]]
    vad = [["silence", 0.0, 1.0], ["speech", 1.0, 2.0], ["silence", 2.0, 4.0], ["speech", 4.0, 5.0]]
    found = evaluate(
        tmp_path,
        [{"path": "a.wav", "lang": "en", "words": words}, {"path": "b.wav", "lang": "en", "vad": vad}],
        {"a.wav": ("One, three two", [(0.0, 0.9), (2.2, 2.9)]), "b.wav": ("", [(1.0, 5.0)])},
    )
    assert found.words == 2
    assert found.word_time_mae_s == pytest.approx((0.1 + 0.1 + 0.1 + 0.1) / 4)
    # One of 1.0 s was heard as 1.3 s, one of 2.0 s not at all.
    assert found.pauses == 2
    assert found.pause_mae_s == pytest.approx((0.3 + 2.0) / 2)
    assert found.f1 is None


def test_a_file_that_fails_is_an_error_and_one_without_a_reference_is_left_out(tmp_path: Path) -> None:
    entries: list[dict[str, Any]] = [
        {"path": "gone.wav", "lang": "en", "ref": "um"},
        {"path": "unlabelled.wav", "lang": "en", "ref": None},
        {"lang": "en"},
        {"path": "words.wav", "lang": "en", "words": [["one", 0.0]]},
    ]
    found = evaluate(tmp_path, entries, {"words.wav": ("one", [])})
    assert (found.files, found.errors, found.expected) == (3, 3, 0)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        evaluate_fillers(tmp_path, lambda path, language: pytest.fail("nothing to listen to"))
