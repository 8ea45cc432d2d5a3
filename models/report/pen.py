"""Writing flags: one place that fills in their words."""

from models.report.document import Flag, FlagCode
from models.report.flag_texts import FLAG_TEXTS
from models.speech.transcript import Language


class Pen:
    """Writes the flags of one answer (from 1), or of the session as a whole (None), in one language."""

    def __init__(self, language: Language, number: int | None) -> None:
        self._language = language
        self._number = number

    def write(
        self, code: FlagCode, start: float | None = None, end: float | None = None, **values: str | float
    ) -> Flag:
        why, follow_up = (FLAG_TEXTS[code][part][self._language].format(**values) for part in ("why", "follow_up"))
        return Flag(code=code, why=why, follow_up=follow_up, answer=self._number, start=start, end=end)
