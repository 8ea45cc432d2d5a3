"""Questions as speech, for a person to hear before the candidates do."""

from pydantic import AwareDatetime, BaseModel, Field

from frontends.api.operation import Call, Operation
from storage.interviews.transactions import get_interview
from storage.media.records import Download
from storage.voices.transactions import question_voices


class QuestionVoice(BaseModel):
    """A question as candidates hear it."""

    question_number: int
    content_type: str
    seconds: float = Field(description="how long it plays")
    size: int = Field(description="bytes")
    engine: str = Field(description="what rendered it, with its version")
    stored_at: AwareDatetime
    download: Download = Field(description="GET it there; whoever has the URL can hear it")


class QuestionVoices(BaseModel):
    """The voices of an interview's questions, in order; one that is not rendered, or not yet, is not there."""

    items: list[QuestionVoice]


async def list_question_voices(call: Call) -> QuestionVoices:
    interview = await get_interview(call.connection, call.path_id("interview_id"))
    clips = await question_voices(call.connection, interview.id)
    return QuestionVoices(
        items=[
            QuestionVoice(
                question_number=number,
                content_type=clip.content_type,
                seconds=clip.seconds,
                size=clip.size,
                engine=clip.engine,
                stored_at=clip.stored_at,
                download=call.services.media.presign_download(clip.key),
            )
            for number, clip in clips.items()
        ]
    )


OPERATIONS = [
    Operation(
        "GET", "/v1/interviews/{interview_id:uuid}/voices", "List an interview's questions as speech",
        list_question_voices, QuestionVoices, scope="interviews:read",
    ),
]  # fmt: skip
