"""Written answers, and what the candidate's page noticed."""

from access.asked import Asked, asks, sends
from access.scene import Scene

from storage.accommodations.records import AccommodationDecision
from storage.accommodations.transactions import decide_accommodation
from storage.text_answers.records import NewTextAnswer
from storage.text_answers.transactions import store_text_answer

sends(
    put_text_answer=lambda: {"text": "I listened."},
    create_signals=lambda: {"items": [{"kind": "tab_hidden", "start_s": 1, "end_s": 2.5}]},
)


@asks("put_text_answer", "get_text_answer")
async def _text(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    decision = AccommodationDecision(granted=True, text_answers=True)
    async with scene.transaction() as connection:
        await decide_accommodation(connection, sitting.session_id, decision)
        await store_text_answer(connection, sitting.session_id, 1, NewTextAnswer(text="A draft."))
    return Asked({"session_id": sitting.session_id, "question_number": 1}, sitting=sitting)


@asks("create_signals")
async def _session(scene: Scene, _: str) -> Asked:
    sitting = await scene.new_sitting()
    return Asked({"session_id": sitting.session_id}, sitting=sitting)
