"""What a written answer is."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MAX_CHARACTERS = 20_000


class NewTextAnswer(BaseModel):
    """An answer in writing, as a whole: it takes the place of what was written before. A blank one takes it back."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MAX_CHARACTERS)


class StoredTextAnswer(BaseModel):
    """That a text is stored, without the text."""

    question_number: int
    version: int = Field(description="how often it was stored")
    stored_at: AwareDatetime


class TextAnswer(StoredTextAnswer):
    """A written answer. It is the answer to its question unless a newer take is."""

    text: str
