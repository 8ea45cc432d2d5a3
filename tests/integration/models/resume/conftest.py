"""Files as candidates and attackers send them, made here."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

import docx
import pytest

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
# A font whose codes are UTF-16, which its ToUnicode map says (ISO 32000-2, 9.10.3).
CJK_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H%b/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
    b"/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>"
)
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Codes def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <FFFF> <0000> endbfrange
endcmap end end"""

MakePdf = Callable[..., bytes]


@pytest.fixture(scope="session")
def make_pdf() -> MakePdf:
    """`make_pdf(contents, font=..., to_unicode=..., catalog=..., page=..., more=[...])`: one page per content stream.

    Objects: 1 catalog, 2 pages, 3 font, 4 ToUnicode, then a page and its content in turns, then `more`.
    """

    def make(
        contents: Sequence[bytes],
        *,
        font: bytes = HELVETICA,
        to_unicode: bytes = TO_UNICODE,
        catalog: bytes = b"",
        page: bytes = b"",
        more: Sequence[bytes] = (),
    ) -> bytes:
        kids = b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(len(contents)))
        objects = [
            b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
            b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(contents), kids),
            font,
            stream(to_unicode),
        ]
        for content in contents:
            objects.append(
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>%b>>>>"
                % (len(objects) + 2, page)
            )
            objects.append(content)
        return _pdf_file([*objects, *more])

    return make


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    body = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return bytes(body) + head + table + end


def stream(content: bytes, *, packed: bool = True, entries: bytes = b"") -> bytes:
    data = zlib.compress(content) if packed else content
    filters = b"/Filter/FlateDecode" if packed else b""
    return b"<</Length %d%b%b>>stream\n%b\nendstream" % (len(data), filters, entries, data)


@pytest.fixture(scope="session")
def pdf_stream() -> Callable[..., bytes]:
    return stream


@pytest.fixture(scope="session")
def text_pdf(make_pdf: MakePdf) -> Callable[..., bytes]:
    """A PDF of lines of English, or of any characters with `cjk`; `mapped` is whether its font says which."""

    def make(lines: Sequence[str], *, cjk: bool = False, mapped: bool = True, **more: object) -> bytes:
        codes = [line.encode("utf-16-be" if cjk else "cp1252").hex().encode() for line in lines]
        content = b"BT /F1 11 Tf 14 TL 50 800 Td %b ET" % b" ".join(b"<%b> Tj T*" % code for code in codes)
        font = CJK_FONT % (b"/ToUnicode 4 0 R" if mapped else b"") if cjk else HELVETICA
        return make_pdf([stream(content)], font=font, **more)

    return make


@pytest.fixture(scope="session")
def ordinary_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("Skills")
    document.add_paragraph("Excel, forklift")
    return saved(document)


def saved(document: "docx.document.Document") -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.fixture(scope="session")
def save_docx() -> Callable[["docx.document.Document"], bytes]:
    return saved


@pytest.fixture(scope="session")
def docx_with(ordinary_docx: bytes) -> Callable[[Mapping[str, bytes]], bytes]:
    """The ordinary DOCX with members added or replaced."""

    def make(members: Mapping[str, bytes]) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(ordinary_docx)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                if name not in members:
                    new.writestr(name, old.read(name))
            for name, content in members.items():
                new.writestr(name, content)
        return file.getvalue()

    return make
