"""What is stored of a take's analysis is found again only where all that it depends on is the same."""

import pytest

from serving.take_material import expected_of, take_inputs
from storage.interviews.records import Interview, Keyword, Question

pytestmark = pytest.mark.unit

NAMES = {"speech": "whisper", "faces": "centerface"}


INTERVIEW = Interview.model_construct(language="en")


def question_about(*keywords: Keyword) -> Question:
    return Question.model_construct(text="How did you use Kubernetes?", time_limit_s=120, keywords=[*keywords])


async def test_keywords_come_first_then_their_variants_then_the_questions_names() -> None:
    question = question_about(Keyword(term="cluster", variants=["clusters"]), Keyword(term="Docker", variants=[]))
    assert await expected_of(question, INTERVIEW, ["Go"]) == ("cluster", "Docker", "clusters", "Go", "Kubernetes")


async def test_another_list_of_keywords_is_another_analysis() -> None:
    found = []
    for question in (question_about(), question_about(Keyword(term="Docker"))):
        keywords = await expected_of(question, INTERVIEW, [])
        found.append(take_inputs("00", INTERVIEW, question, keywords, None, NAMES, 2.0))
    assert found[0] != found[1]
    assert found[0] == found[1] | {"keywords": ("Kubernetes",)}
