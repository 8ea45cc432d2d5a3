import pytest

from models.observation import Observation, ObservationKind
from models.report.behaviours import describe
from models.speech.transcript import Language

pytestmark = pytest.mark.unit


def seen(
    kind: ObservationKind, start: float, end: float, value: float | None = None, label: str | None = None
) -> Observation:
    return Observation(kind=kind, start=start, end=end, value=value, label=label)


OBSERVED = [
    seen("speech_rate", 0, 60, 120.4, "overall"),
    seen("speech_rate", 0, 20, 300.0, "window"),
    seen("pause", 5, 9, 4.0),
    seen("pause", 20, 23.5, 3.5),
    seen("pause", 30, 31, 1.0),
    *(seen("keyword", at, at + 1, label="teamwork") for at in (1, 11, 21)),
    seen("filler", 2, 2.3, label="um"),
    seen("smile", 40, 44),
]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            (
                "Mentions “teamwork” 3 times.",
                "Speaks 120 words a minute.",
                "Two pauses over 3 s.",
                "One filler word (um).",
                "Smiles once, for 4 s in all.",
            ),
        ),
        (
            "zh",
            (
                "提到“teamwork”3次。",
                "语速为每分钟120字。",
                "有2次超过3秒的停顿。",
                "有1次口头语（um）。",
                "微笑1次，共4秒。",
            ),
        ),
    ],
)
def test_behaviours_are_told_in_the_interviews_language(language: Language, sentences: tuple[str, ...]) -> None:
    assert describe(language, OBSERVED) == sentences


def test_nothing_observed_nothing_told() -> None:
    assert describe("en", []) == ()
    assert describe("en", [seen("pause", 0, 2, 2.0), seen("blink", 1, 1.1)]) == ()
