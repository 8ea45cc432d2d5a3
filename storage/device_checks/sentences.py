"""The sentences that candidates read aloud: plain words that engines know, no numbers and no names."""

from uuid import UUID

from storage.device_checks.records import CheckLanguage

_SENTENCES: dict[CheckLanguage, tuple[str, ...]] = {
    "en": (
        "The weather is nice today, and I am ready to answer your questions.",
        "I am sitting in a quiet room, and my voice is clear and easy to hear.",
        "Before the meeting starts, please close the door and open the window.",
        "My friends and I like to walk along the river in the early morning.",
    ),
    "zh": (
        "今天的天气很好，我已经准备好回答问题了。",
        "我坐在安静的房间里，声音清楚，光线也很好。",
        "会议开始之前，请大家关上门，打开窗户。",
        "我和朋友喜欢在清晨沿着河边慢慢散步。",
    ),
}


def sentence(session_id: UUID, language: CheckLanguage) -> str:
    """The sentence of a session: always the same, so that what is heard can be compared with it."""
    sentences = _SENTENCES[language]
    return sentences[session_id.int % len(sentences)]
