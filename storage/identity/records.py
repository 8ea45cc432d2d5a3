"""What proves who a candidate is."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field

Channel = Literal["mail", "sms"]
Verdict = Literal["match", "no_match", "unsure"]
FaceReason = Literal[
    "same_person", "another_person", "too_close", "no_embedding",
    "no_face", "several_faces", "face_unclear", "unreadable",
    "reference_without_face", "reference_with_several_faces", "reference_unclear", "reference_unreadable",
]  # fmt: skip
Reference = Literal["document", "photo"]

_JPEG = b"\xff\xd8\xff"


class MaskedAddress(BaseModel):
    """An address on file, of which no more is told than its owner needs to recognise it."""

    channel: Channel
    masked: str = Field(examples=["a•••@example.org"])


class NewCode(BaseModel):
    """Where a one-time code is sent."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel = Field(description="mail or SMS, to the address on file")


class SentCode(BaseModel):
    """A one-time code that is on its way."""

    masked: str = Field(description="where to", examples=["a•••@example.org"])
    expires_at: AwareDatetime
    again_at: AwareDatetime = Field(description="another may be asked for from then on")
    now: AwareDatetime = Field(description="the server's clock")


class GivenCode(BaseModel):
    """A code as its candidate types it."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[0-9]{6}$")


class Verified(BaseModel):
    """The code was right."""

    verified: bool


def _is_jpeg(picture: bytes) -> bytes:
    if not picture.startswith(_JPEG):
        raise ValueError("send a JPEG picture")
    return picture


# Two of them, in base64, fit into a body of 1 MiB.
Jpeg = Annotated[
    Base64Bytes, AfterValidator(_is_jpeg), Field(max_length=380_000, description="a JPEG picture, in base64")
]


class NewFaceCheck(BaseModel):
    """The face before the camera, and what to compare it with."""

    model_config = ConfigDict(extra="forbid")

    live: Jpeg
    document: Jpeg | None = Field(
        default=None, description="an identity document's picture, never stored; null: the photo on file"
    )


class FaceCheck(BaseModel):
    """What a comparison of faces found: a person looks where it is no match or unsure; it blocks nothing."""

    verdict: Verdict
    reason: FaceReason = Field(
        description="for programs; too_close: neither clearly the same nor another; unclear: small, or turned away"
    )


@dataclass(frozen=True)
class FaceVerdict:
    """What whoever compares two pictures says; `model` is the engine and version that did."""

    verdict: Verdict
    reason: FaceReason
    model: str
