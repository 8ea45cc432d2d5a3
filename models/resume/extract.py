"""A résumé file's text: which format it is, by its content, and that format's reader."""

from models.resume.clean import clean
from models.resume.extracted import Extracted
from models.resume.limits import MAX_BYTES, MAX_CHARACTERS
from models.resume.problems import UnreadableResume

PDF_MARK, PDF_MARK_WITHIN = b"%PDF-", 1024  # ISO 32000-2, annex I: readers find the mark anywhere in there
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office files, and new ones with a password (MS-OFFCRYPTO)
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
RTF_MARK = b"{\\rtf"


def extract(data: bytes) -> Extracted:
    """The text of a PDF, DOCX or plain-text file, cleaned and at most MAX_CHARACTERS long.

    Only for a process under limits (`limit_this_process`), since a file can make its reader run for ever. Raises
    UnreadableResume, and for damaged files also what the readers' libraries raise.
    """
    if not data:
        raise UnreadableResume("resume-empty")
    if len(data) > MAX_BYTES:
        raise UnreadableResume("resume-too-large")
    found = _read(data)
    text = clean(found.text)
    problems = set(found.problems)
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS]
        problems.add("cut-at-limit")
    if not text:
        problems.add("no-text")
    return Extracted(text, tuple(sorted(problems)))


def _read(data: bytes) -> Extracted:
    # Each reader's library takes a tenth of a second or more to import.
    if data.startswith(ZIP_MARKS):
        from models.resume.word import docx_text

        return docx_text(data)
    if data.startswith(OLE_MARK):
        raise UnreadableResume("resume-encrypted" if OLE_ENCRYPTED in data else "resume-type")
    if data.startswith(RTF_MARK):
        raise UnreadableResume("resume-type")
    if PDF_MARK in data[:PDF_MARK_WITHIN]:
        from models.resume.pdf import pdf_text

        return pdf_text(data)
    from models.resume.plain import plain_text

    return plain_text(data)
