"""The shipped interviews: what is asked and what a candidate answers, in Chinese and in English."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_FOLDER = Path(__file__).with_name("recordings")


@dataclass(frozen=True)
class ScriptedAnswer:
    """A question as the API takes it, and the file of the spoken answer."""

    question: dict[str, Any]
    speech: Path
    spoken: str


@dataclass(frozen=True)
class Script:
    """One interview in one language: dimensions with weights as the API takes them, questions and answers."""

    language: Literal["zh", "en"]
    position: str
    title: str
    candidate: str
    dimensions: list[dict[str, Any]]
    answers: list[ScriptedAnswer]


_WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "position": "Customer service team lead",
        "title": "Team lead, first round",
        "candidate": "Dana Reed",
        "dimensions": {"situational": "Customer service", "structured": "Teamwork"},
    },
    "zh": {
        "position": "客户服务组长",
        "title": "组长初试",
        "candidate": "李敏",
        "dimensions": {"situational": "客户服务", "structured": "团队合作"},
    },
}
_WEIGHTS = {"situational": 60, "structured": 40}


def load_script(language: Literal["zh", "en"]) -> Script:
    """The shipped interview in that language."""
    words = _WORDS[language]
    answers = tomllib.loads((_FOLDER / "answers.toml").read_text(encoding="utf-8"))["answers"]
    return Script(
        language=language,
        position=words["position"],
        title=words["title"],
        candidate=words["candidate"],
        dimensions=[{"name": name, "weight": _WEIGHTS[kind]} for kind, name in words["dimensions"].items()],
        answers=[
            ScriptedAnswer(
                question={
                    "kind": answer["kind"],
                    "dimension": words["dimensions"][answer["kind"]],
                    "text": answer["question"],
                    "rubric": [{"text": text} for text in answer["rubric"]],
                    "keywords": answer["keywords"],
                },
                speech=_FOLDER / answer["file"],
                spoken=answer["spoken"],
            )
            for answer in answers
            if answer["language"] == language
        ],
    )
