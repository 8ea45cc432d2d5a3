"""A plain-text file's characters, whatever its encoding."""

import codecs
import re
from contextlib import suppress

from charset_normalizer import from_bytes

from models.resume.extracted import Extracted
from models.resume.problems import UnreadableResume

# Longer marks first: UTF-32's little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ["utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be"]  # in these every space and line end has zero bytes
# What Chinese and Western European systems write. Left to all it knows, charset-normalizer takes some of them for
# their neighbours (Windows-1250 for Windows-1252).
_NARROW = ["gb18030", "big5", "cp1252", "latin_1"]
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
CONTROLS = 0.005  # a larger share is no text


def plain_text(data: bytes) -> Extracted:
    """Decode by byte order mark, as UTF-8, or as the bytes look.

    Raises UnreadableResume where that is no text, UnicodeDecodeError where a byte order mark promises too much.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    wide = b"\0" in data
    if not wide:
        with suppress(UnicodeDecodeError):
            return _decoded(data, "utf-8")
    if not wide and _looks_like_gb(data):
        with suppress(UnicodeDecodeError):
            return Extracted(_decoded(data, "gb18030").text, ("guessed-encoding",))
    guess = from_bytes(data, cp_isolation=_WIDE if wide else _NARROW).best()
    if guess is None:
        raise UnreadableResume("resume-type")
    return Extracted(_checked(str(guess)), ("guessed-encoding",))


def _looks_like_gb(data: bytes) -> bool:
    """Whether high bytes come in pairs alone, as in GB 2312: charset-normalizer errs where there are few of them.

    Western letters with accents stand mostly alone, and half of Big5's characters end in a low byte.
    """
    return all(len(run.group()) % 2 == 0 for run in _HIGH_BYTES.finditer(data))


def _decoded(data: bytes, encoding: str) -> Extracted:
    """Decode all but a last character that the file's end cuts in two."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text = _checked(decoder.decode(data))
    return Extracted(text, ("damaged-parts",) if decoder.getstate()[0] else ())


def _checked(text: str) -> str:
    controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\v\f\r")
    if controls > CONTROLS * len(text):
        raise UnreadableResume("resume-type")
    return text
