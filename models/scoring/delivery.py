"""Delivery: pace, pauses and fillers within the wide bands of ordinary speech."""

from collections.abc import Sequence

from models.scoring.answer import DeliveryObservation, Spoken
from models.scoring.member import Evidence, MemberScore, ramp
from models.speech.transcript import Language

# Words per minute (zh: 字): none below, full from, full to, none above. English: lectures average 140 and interviews
# 190 words per minute (Tauroza and Allison 1990). Mandarin: read speech runs at 5.2 syllables per second, 310 per
# minute without pauses (Pellegrino, Coupé and Marsico 2011); half of it, as for thoughtful English, is still ordinary.
# The full bands are wide on purpose: an accent or a second language slows speech and says nothing about the person.
PACE: dict[Language, tuple[float, float, float, float]] = {"en": (50, 100, 190, 260), "zh": (80, 150, 310, 420)}
# Most silences in spontaneous speech are under 1 s, those over 3 s rare (Goldman-Eisler 1968): only long ones count.
LONG_PAUSE_S = 3.0
PAUSE_SHARE = (0.10, 0.40)  # share of the answer spent in long pauses: full credit up to, none from
# Speakers average about 6 disfluencies per 100 words, fillers the commonest (Bortfeld and others 2001).
FILLERS_PER_100_WORDS = (6.0, 20.0)  # full credit up to, none from
# No graded deliveries exist to measure it by: taken a little wider than the measured rubric coverage's.
UNCERTAINTY = 0.2


def delivery(
    language: Language, spoken: Spoken, observations: Sequence[DeliveryObservation], seconds: float
) -> MemberScore | None:
    """The mean of the credits for pace, pauses and fillers; None where no overall speech rate was measured.

    `seconds` is the length of the answer from its first to its last word.
    """
    overall = next((seen for seen in observations if seen.kind == "speech_rate" and seen.label == "overall"), None)
    if overall is None or overall.value is None or seconds <= 0:
        return None
    pauses = [seen for seen in observations if seen.kind == "pause" and (seen.value or 0.0) >= LONG_PAUSE_S]
    fillers = [seen for seen in observations if seen.kind == "filler"]
    credits = {
        "pace": _pace_credit(overall.value, language),
        "pauses": 1 - ramp(sum(seen.value or 0.0 for seen in pauses) / seconds, *PAUSE_SHARE),
        "fillers": 1 - ramp(100 * len(fillers) / max(spoken.words, 1), *FILLERS_PER_100_WORDS),
    }
    evidence = [_measured(overall, "pace", credits["pace"])]
    evidence += [_measured(pause, "pauses", credits["pauses"]) for pause in pauses]
    return MemberScore(
        member="delivery",
        value=sum(credits.values()) / len(credits),
        uncertainty=UNCERTAINTY,
        evidence=tuple(evidence),
        missing=tuple(name for name, credit in credits.items() if credit < 0.5),
    )


def _pace_credit(pace: float, language: Language) -> float:
    none_below, full_from, full_to, none_above = PACE[language]
    return min(ramp(pace, none_below, full_from), ramp(pace, none_above, full_to))


def _measured(seen: DeliveryObservation, supports: str, strength: float) -> Evidence:
    return Evidence(quote="", start=seen.start, end=seen.end, supports=supports, strength=round(strength, 3))
