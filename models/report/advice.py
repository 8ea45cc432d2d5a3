"""The advisory recommendation."""

from collections.abc import Sequence

from models.report.document import Flag, Recommendation, RecommendationCode
from models.report.phrases import say
from models.scoring.composite import CompositeScore
from models.speech.transcript import Language

# Starting values of this project: no outcomes have tuned them. The lower end of the interval must also be convincing
# for the strongest advice, and the upper end for the advice against.
STRONG_YES, STRONG_YES_LOW = 75.0, 60.0
YES, YES_LOW = 60.0, 45.0
NO, NO_HIGH = 40.0, 55.0
# While one of these stands, a person has to look before any advice could mean something.
OPEN_QUESTIONS = frozenset({"answer_missing", "low_recognition", "identity_no_match", "identity_check_no_match"})


def recommend(language: Language, composite: CompositeScore, flags: Sequence[Flag]) -> Recommendation:
    """Advice from the composite and its interval; "unsure" while a flag puts the evidence itself in doubt."""
    if any(flag.code in OPEN_QUESTIONS for flag in flags):
        return _worded(
            language,
            "unsure",
            "Unsure: first look at the flags, some of the evidence is missing or in doubt.",
            "不确定：部分依据缺失或存疑，请先查看标记。",
        )
    score, low, high = composite.score, composite.low, composite.high
    if score is not None and score >= STRONG_YES and low >= STRONG_YES_LOW:
        return _worded(
            language, "strong_yes", "Strongly in favour: the whole interval is high.", "强烈推荐：整个分数区间都较高。"
        )
    if score is not None and score >= YES and low >= YES_LOW:
        return _worded(language, "yes", "In favour: the score is good.", "推荐：得分良好。")
    if score is not None and score < NO and high < NO_HIGH:
        return _worded(language, "no", "Not in favour: the whole interval is low.", "不推荐：整个分数区间都较低。")
    return _worded(
        language,
        "unsure",
        "Unsure: the answers do not settle it, ask the suggested follow-up questions.",
        "不确定：现有回答不足以判断，建议追问所列问题。",
    )


def review_recordings(language: Language) -> Recommendation:
    """What to do where the candidate declined to be analysed."""
    return _worded(
        language,
        "unsure",
        "No advice: the candidate declined analysis, a person reviews the recordings.",
        "无建议：候选人不同意自动分析，请人工查看录像。",
    )


def _worded(language: Language, code: RecommendationCode, english: str, chinese: str) -> Recommendation:
    words = say(language, en=f"{english} This is advisory; a person decides.", zh=f"{chinese}仅供参考，由人做出决定。")
    return Recommendation(code=code, words=words)
