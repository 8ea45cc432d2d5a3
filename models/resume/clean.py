"""Extracted text made fit to store, to search and to show."""

import re
import unicodedata

_INVISIBLE = dict.fromkeys(
    [
        *range(0x00, 0x09),  # controls; Postgres refuses NUL
        *range(0x0E, 0x1C),
        0x1F,
        *range(0x7F, 0x85),
        *range(0x86, 0xA0),
        0xAD,  # the soft hyphen
        *range(0x200B, 0x2010),  # zero-width characters and direction marks
        *range(0x202A, 0x202F),  # direction overrides, which can show a text backwards
        *range(0x2060, 0x2070),
        *range(0xE000, 0xF900),  # private use: the bullets of symbol fonts
        0xFEFF,
        *range(0xFFF9, 0x10000),
    ]
)
# PDFs of Chinese fonts often name a character's look-alike among the radicals, and those of Latin fonts its ligature.
_PLAIN = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2E80, 0x2FE0), *range(0xFB00, 0xFB07))}
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_CHARACTERS = str.maketrans({**_PLAIN, **_SPACES, **_INVISIBLE})
_WIDE_GAP = re.compile(r"\t[ \t]*| [ \t]{2,}")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Text of lines without controls, invisible characters, lone surrogates and needless space.

    A gap of three spaces or more becomes a tab: it parts columns.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").translate(_CHARACTERS)
    lines = "\n".join(_WIDE_GAP.sub("\t", line).strip() for line in whole.splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip()
