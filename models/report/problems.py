"""What is wrong with a recording, in words."""

from models.report.document import MediaProblem
from models.speech.transcript import Language

_WORDS: dict[str, dict[Language, str]] = {
    "media-empty": {"en": "The recording is empty.", "zh": "录像是空的。"},
    "media-unreadable": {
        "en": "The recording is no audio or video that can be read.",
        "zh": "录像无法读取，不是有效的音频或视频。",
    },
    "media-no-audio": {"en": "The recording has no sound.", "zh": "录像没有声音。"},
    "media-no-video": {"en": "The recording has no picture.", "zh": "录像没有画面。"},
    "corrupt-parts": {
        "en": "Parts of the recording are corrupt and were left out.",
        "zh": "录像有部分内容损坏，已略去。",
    },
    "missing-parts": {
        "en": "Parts of the recording never arrived; silence stands for them.",
        "zh": "录像有部分内容没有收到，以静音代替。",
    },
    "ends-early": {"en": "The recording ends early: it was cut off.", "zh": "录像提前中断，内容不完整。"},
    "cut-at-limit": {
        "en": "The recording is longer than the question allows; only the time allowed was analysed.",
        "zh": "录像超过了答题时限，只分析了时限内的部分。",
    },
}


def media_problem(code: str, language: Language) -> MediaProblem:
    """The problem of that code, told in the interview's language. Raises KeyError for an unknown code."""
    return MediaProblem(code=code, text=_WORDS[code][language])
