"""The text of a PDF, by pypdf. Scripts, actions, attachments and pictures are never looked at."""

from io import BytesIO

from pypdf import PageObject, PdfReader, overwrite_configuration
from pypdf.errors import LimitReachedError

from models.resume.extracted import Extracted
from models.resume.limits import MAX_CHARACTERS, MAX_PAGES
from models.resume.problems import ResumeProblem, UnreadableResume

# A densely set page is 100 kB and 10,000 operands once it is unpacked.
UNPACKED_BYTES = 20_000_000
OPERANDS = 200_000
TAIL = 2048  # bytes at the end, in which the end mark stands (ISO 32000-2, annex I asks for 1024)


def pdf_text(data: bytes) -> Extracted:
    """The text of the first pages, page after page; a page that cannot be read is left out.

    A PDF that only restricts what may be done with it opens without a password and is read. Raises UnreadableResume
    for one that does not, and where no page can be read; pypdf raises what it will for a file without pages to show.
    """
    overwrite_configuration(
        zlib_maximum_output_length=UNPACKED_BYTES,
        lzw_maximum_output_length=UNPACKED_BYTES,
        run_length_maximum_output_length=UNPACKED_BYTES,
        brotli_maximum_output_length=UNPACKED_BYTES,
        array_based_stream_maximum_output_length=UNPACKED_BYTES,
        stream_decoding_work_maximum_length=2 * UNPACKED_BYTES,
        stream_parsing_work_maximum_count=OPERANDS,
        jbig2dec_binary=None,
    )
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableResume("resume-encrypted")
    count = len(reader.pages)
    if not count:
        raise UnreadableResume("resume-damaged")
    problems: set[ResumeProblem] = set()
    texts: list[str] = []
    refused: Exception | None = None
    for number in range(min(count, MAX_PAGES)):
        try:
            page = reader.pages[number]
            texts.append(page.extract_text())
            if _has_unmapped_font(page):
                problems.add("unmapped-text")
        except Exception as error:  # pypdf raises whatever a broken page leads it to
            refused = error
            problems.add("damaged-parts")
        if sum(map(len, texts)) > MAX_CHARACTERS:
            break
    if refused is not None and not texts:
        heavy = isinstance(refused, LimitReachedError | MemoryError | RecursionError)
        raise UnreadableResume("resume-too-complex" if heavy else "resume-damaged") from refused
    if count > MAX_PAGES:
        problems.add("cut-at-limit")
    if b"%%EOF" not in data[-TAIL:]:
        problems.add("damaged-parts")
    return Extracted("\n\n".join(texts), tuple(sorted(problems)))


def _has_unmapped_font(page: PageObject) -> bool:
    """Whether a font's codes are numbers of glyphs without a way back to characters (ISO 32000-2, 9.10.2)."""
    fonts = page.get("/Resources", {}).get("/Font", {})
    return any(
        font.get("/Subtype") == "/Type0"
        and str(font.get("/Encoding")).startswith("/Identity")
        and "/ToUnicode" not in font
        for font in (fonts[name].get_object() for name in fonts)
    )
