"""Flags of a session as a whole: of no answer, but of whoever sits it."""

from typing import Literal

from models.report.document import Flag, FlagCode
from models.report.flag_texts import FLAG_TEXTS
from models.speech.transcript import Language

_CODES: dict[str, FlagCode] = {"no_match": "identity_check_no_match", "unsure": "identity_check_unsure"}


def identity_check_flag(language: Language, verdict: Literal["match", "no_match", "unsure"] | None) -> Flag | None:
    """What a person should look at where the face before the interview did not match; None where it did, or none was
    compared. It is advisory: nothing is blocked or scored by it."""
    code = _CODES.get(verdict or "")
    if code is None:
        return None
    texts = FLAG_TEXTS[code]
    return Flag(
        code=code, why=texts["why"][language], follow_up=texts["follow_up"][language], answer=None, start=None, end=None
    )
