"""What is stored of a take's analysis is found again only where all that it depends on is the same."""

import pytest

from serving.take_material import Photo, TakeSetup, expected_of
from storage.accommodations.records import Accommodation
from storage.consents.records import SessionPolicy
from storage.interviews.records import Interview, Keyword, Question

pytestmark = pytest.mark.unit

NAMES = {"speech": "whisper", "faces": "centerface"}


ADVISORY = SessionPolicy.model_construct(expressions="advisory")
INTERVIEW = Interview.model_construct(language="en")


def question_about(*keywords: Keyword) -> Question:
    return Question.model_construct(text="How did you use Kubernetes?", time_limit_s=120, keywords=[*keywords])


async def test_keywords_come_first_then_their_variants_then_the_questions_names() -> None:
    question = question_about(Keyword(term="cluster", variants=["clusters"]), Keyword(term="Docker", variants=[]))
    assert await expected_of(question, INTERVIEW, ["Go"]) == ("cluster", "Docker", "clusters", "Go", "Kubernetes")


async def test_another_list_of_keywords_is_another_analysis() -> None:
    found = []
    for question in (question_about(), question_about(Keyword(term="Docker"))):
        setup = await TakeSetup.of(question, INTERVIEW, [], None, ADVISORY)
        found.append(setup.inputs("00", NAMES, 2.0))
    assert found[0] != found[1]
    assert found[0] == found[1] | {"keywords": ("Kubernetes",)}


async def test_expressions_are_read_only_where_the_policy_allows_it() -> None:
    policies = (ADVISORY, SessionPolicy.model_construct(expressions="off"))
    setups = [await TakeSetup.of(question_about(), INTERVIEW, [], None, policy) for policy in policies]
    assert [setup.expressions for setup in setups] == [True, False]
    assert setups[0].inputs("00", NAMES, 2.0) != setups[1].inputs("00", NAMES, 2.0)


async def test_who_was_granted_time_has_it_and_who_was_granted_sound_alone_is_not_looked_at() -> None:
    photo = Photo("photos/1", "00")
    time = Accommodation.model_construct(extra_time_percent=50, audio_only=False)
    sound = Accommodation.model_construct(extra_time_percent=0, audio_only=True)
    plain, longer, heard = [
        await TakeSetup.of(question_about(), INTERVIEW, [], photo, ADVISORY, granted) for granted in (None, time, sound)
    ]
    assert (plain.limit_s, longer.limit_s, heard.limit_s) == (135.0, 195.0, 135.0)
    assert [setup.frames(2.0) for setup in (plain, longer, heard)] == [2.0, 2.0, None]
    assert [setup.photo for setup in (plain, longer, heard)] == [photo, photo, None]
    inputs = [setup.inputs("00", NAMES, 2.0) for setup in (plain, longer, heard)]
    assert inputs[0] != inputs[1] and inputs[0] != inputs[2]
