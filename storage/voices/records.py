"""What a question's voice is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class VoiceClip:
    """A question as speech: `key` in S3, how long it is, and what rendered it."""

    key: str
    content_type: str
    size: int
    seconds: float
    engine: str
    stored_at: datetime


@dataclass(frozen=True)
class QuestionText:
    """A question as it is to be spoken; `content` is the hash of what its voice was made of, None without one."""

    number: int
    text: str
    language: Literal["zh", "en"]
    content: bytes | None


@dataclass(frozen=True)
class NewVoice:
    """A rendered voice whose sound is stored under its content's key."""

    content: bytes
    content_type: str
    size: int
    seconds: float
    engine: str


def voice_content(text: str, language: str, engine: str) -> bytes:
    """The hash of all that a voice is made of: 32 bytes."""
    return hashlib.sha256("\0".join((engine, language, text)).encode()).digest()


def voice_key(organisation_id: UUID, content: bytes) -> str:
    """The S3 key of a voice; interviews of an organisation that ask the same share it."""
    return f"{organisation_id}/voices/{content.hex()}"
