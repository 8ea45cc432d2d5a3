"""What was observed in an answer, as sentences."""

from collections import Counter
from collections.abc import Sequence

from models.observation import Observation, ObservationKind
from models.report.phrases import number, plural, say, times
from models.report.signals import page_sentences
from models.speech.transcript import Language

LONG_PAUSE_S = 3.0
# The face's states as they are told, and only where they lasted.
_FACE_STATES: tuple[tuple[ObservationKind, str, str], ...] = (
    ("smile", "smiles", "微笑"),
    ("frown", "frowns", "皱眉"),
    ("gaze_away", "looks away", "目光移开"),
)


def describe(language: Language, observations: Sequence[Observation]) -> tuple[str, ...]:
    """Sentences in the interview's language, always in the same order: keywords, pace, pauses, fillers, face, page."""
    sentences = _keywords(language, observations)
    sentences += _pace(language, observations)
    sentences += _pauses(language, observations)
    sentences += _fillers(language, observations)
    sentences += _face(language, observations)
    sentences += page_sentences(language, [observations])
    return tuple(sentences)


def _keywords(language: Language, observations: Sequence[Observation]) -> list[str]:
    counts = Counter(seen.label for seen in observations if seen.kind == "keyword")
    return [
        say(language, en=f"Mentions “{term}” {times('en', count)}.", zh=f"提到“{term}”{times('zh', count)}。")
        for term, count in counts.items()
    ]


def _pace(language: Language, observations: Sequence[Observation]) -> list[str]:
    rates = [seen.value or 0.0 for seen in observations if seen.kind == "speech_rate" and seen.label == "overall"]
    return [say(language, en=f"Speaks {rate:.0f} words a minute.", zh=f"语速为每分钟{rate:.0f}字。") for rate in rates]


def _pauses(language: Language, observations: Sequence[Observation]) -> list[str]:
    count = sum(seen.kind == "pause" and (seen.value or 0.0) > LONG_PAUSE_S for seen in observations)
    if not count:
        return []
    english = f"{plural(count, 'pause')} over {LONG_PAUSE_S:.0f} s."
    return [say(language, en=english[0].upper() + english[1:], zh=f"有{count}次超过{LONG_PAUSE_S:.0f}秒的停顿。")]


def _fillers(language: Language, observations: Sequence[Observation]) -> list[str]:
    counts = Counter(seen.label or "" for seen in observations if seen.kind == "filler")
    total = counts.total()
    if not total:
        return []
    words = [word for word, _ in counts.most_common() if word]
    english = f"{plural(total, 'filler word')} ({', '.join(words)})."
    return [say(language, en=english[0].upper() + english[1:], zh=f"有{total}次口头语（{'、'.join(words)}）。")]


def _face(language: Language, observations: Sequence[Observation]) -> list[str]:
    sentences = []
    for kind, english, chinese in _FACE_STATES:
        seen = [state for state in observations if state.kind == kind]
        if not seen:
            continue
        seconds = round(sum(state.end - state.start for state in seen))
        how_often = times("en", len(seen)) if len(seen) <= 2 else f"{number(len(seen))} times"
        told = f"{english[0].upper()}{english[1:]} {how_often}, for {seconds} s in all."
        sentences.append(say(language, en=told, zh=f"{chinese}{len(seen)}次，共{seconds}秒。"))
    return sentences
