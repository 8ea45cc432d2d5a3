"""The text of a DOCX (ECMA-376), by python-docx, after a look at its ZIP directory."""

import zipfile
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from models.resume.extracted import Extracted
from models.resume.limits import MAX_CHARACTERS
from models.resume.problems import UnreadableResume

MEMBERS = 1000
UNPACKED_BYTES = 50_000_000
XML_BYTES = 20_000_000  # of one part; a tree of tiny elements takes thirty times that, and ends at the limit
RATIO, RATIO_FROM_BYTES = 200, 1_000_000  # real parts of this size stay under 100 to 1
ENCRYPTED = 0x1  # bit of a member's flags
MAIN_PART = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# OPC forbids document types (ECMA-376-2, 7.2.3), and with them go entities.
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))

_TYPES = "[Content_Types].xml"
_PARAGRAPH, _TEXT = qn("w:p"), qn("w:t")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACE = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n"}


def docx_text(data: bytes) -> Extracted:
    """The body's text, a line for each paragraph: also of tables, text boxes and forms' fields.

    Headers, footers, comments and deleted text are left out; nothing outside the file is fetched. Raises
    UnreadableResume; python-docx and lxml raise what they will for a damaged file.
    """
    return Extracted(_body_text(Document(_harmless_copy(data)).element.body))


def _harmless_copy(data: bytes) -> BytesIO:
    """The file with its XML alone, unpacked; other members are empty. Refuses what no word processor writes.

    A member may unpack to more than the directory says, which python-docx would only cut afterwards.
    """
    copy = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(copy, "w") as kept:
        _look_into_directory(archive.infolist())
        for member in archive.infolist():
            content = b""
            if _is_xml(member.filename):
                with archive.open(member) as packed:
                    content = packed.read(member.file_size)
            if any(doctype in content for doctype in _DOCTYPES):
                raise UnreadableResume("resume-unsafe")
            kept.writestr(member.filename, content)
        if _TYPES not in kept.namelist() or MAIN_PART not in kept.read(_TYPES):
            raise UnreadableResume("resume-type")
    return copy


def _look_into_directory(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len(members) > MEMBERS or len(set(names)) < len(names) or any(map(_leads_astray, names)):
        raise UnreadableResume("resume-unsafe")
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise UnreadableResume("resume-encrypted")
    if sum(member.file_size for member in members) > UNPACKED_BYTES or any(map(_is_bomb, members)):
        raise UnreadableResume("resume-unsafe")


def _leads_astray(name: str) -> bool:
    parts = name.split("/")
    return not parts[0] or ".." in parts or "\\" in name or ":" in name


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    if _is_xml(member.filename) and member.file_size > XML_BYTES:
        return True
    return member.file_size > RATIO_FROM_BYTES and member.file_size > RATIO * max(member.compress_size, 1)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _body_text(body: Any) -> str:
    # A walk over the tree, since python-docx shows neither text boxes nor content controls, which templates are made
    # of. What stands in a text box comes twice: the fallback is for old programs.
    pieces: list[str] = []
    length = 0
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        if element.tag == _PARAGRAPH:
            pieces.append("\n")
        elif event == "end":
            continue
        elif element.tag == _FALLBACK:
            walk.skip_subtree()
        elif element.tag == _TEXT and element.text:
            pieces.append(element.text)
            length += len(element.text)
        elif element.tag in _SPACE:
            pieces.append(_SPACE[element.tag])
        if length > MAX_CHARACTERS:
            break
    return "".join(pieces)
