from collections.abc import Callable
from io import BytesIO

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfReader, PdfWriter

from models.resume.problems import UnreadableResume
from models.resume.read import read_resume

pytestmark = pytest.mark.integration

CHINESE = ["张伟", "专业技能", "熟练使用Excel，客户服务，茶艺", "⼯作经历", "负责社会计划，学会计算机"]
ENGLISH = ["Zoë Smith", "Skills: Excel, SQL; pottery", "Work experience", "Excellent at selling – in München"]


def test_an_english_pdf(text_pdf: Callable[..., bytes]) -> None:
    resume = read_resume(text_pdf(ENGLISH))

    assert resume.text.split("\n") == ENGLISH
    assert (resume.language, resume.problems) == ("en", ())
    assert [(section.kind, section.title) for section in resume.sections] == [
        ("other", ""), ("skills", "Skills:"), ("experience", "Work experience"),
    ]  # fmt: skip
    assert [(skill.en, skill.listed) for skill in resume.skills] == [
        ("Sales", False), ("Microsoft Excel", True), ("SQL", True), ("pottery", True),
    ]  # fmt: skip


def test_a_chinese_pdf(text_pdf: Callable[..., bytes]) -> None:
    resume = read_resume(text_pdf(CHINESE, cjk=True))

    assert "工作经历" in resume.text.split("\n")  # its first character was drawn as the radical
    assert (resume.language, resume.problems) == ("zh", ())
    assert [(skill.zh, skill.field) for skill in resume.skills] == [
        ("客户服务", "service"), ("Excel表格", "office"), ("茶艺", None),
    ]  # fmt: skip


def test_a_pdf_font_without_characters_is_told(text_pdf: Callable[..., bytes]) -> None:
    assert read_resume(text_pdf(CHINESE, cjk=True, mapped=False)).problems == ("unmapped-text",)


def test_a_scanned_pdf_has_no_text(make_pdf: Callable[..., bytes], pdf_stream: Callable[..., bytes]) -> None:
    resume = read_resume(make_pdf([pdf_stream(b"q 595 0 0 842 0 0 cm /Im1 Do Q")]))

    assert (resume.text, resume.language, resume.problems) == ("", None, ("no-text",))
    assert resume.sections == resume.skills == ()


def test_a_pdf_is_cut_after_a_hundred_pages(make_pdf: Callable[..., bytes], pdf_stream: Callable[..., bytes]) -> None:
    page = pdf_stream(b"BT /F1 11 Tf (page) Tj ET")
    resume = read_resume(make_pdf([page] * 101))

    assert resume.text.count("page") == 100
    assert resume.problems == ("cut-at-limit",)


def test_a_broken_page_is_left_out_and_told(make_pdf: Callable[..., bytes], pdf_stream: Callable[..., bytes]) -> None:
    good, bad = pdf_stream(b"BT /F1 11 Tf (Excel) Tj ET"), pdf_stream(b"(a) Tj " * 200_000)
    resume = read_resume(make_pdf([good, bad]))

    assert (resume.text, resume.problems) == ("Excel", ("damaged-parts",))


def test_only_a_password_that_is_needed_refuses_a_pdf(text_pdf: Callable[..., bytes]) -> None:
    assert read_resume(_encrypted(text_pdf(ENGLISH), user="")).text.startswith("Zoë")
    with pytest.raises(UnreadableResume) as refused:
        read_resume(_encrypted(text_pdf(ENGLISH), user="secret"))
    assert refused.value.code == "resume-encrypted"


def _encrypted(pdf: bytes, user: str) -> bytes:
    writer = PdfWriter(PdfReader(BytesIO(pdf)))
    writer.encrypt(user, owner_password="owner", algorithm="AES-256")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_a_docx_with_a_table_a_text_box_and_a_content_control(save_docx: Callable[..., bytes]) -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "专业技能", "Excel、倉儲"
    box = "<w:txbxContent><w:p><w:r><w:t>Negotiated contracts</w:t></w:r></w:p></w:txbxContent>"
    around = nsdecls("w") + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document.element.body.insert(0, parse_xml(
        f"<w:p {around}><w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>After the box</w:t></w:r></w:p>"
    ))  # fmt: skip
    document.element.body.insert(1, parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Call</w:t><w:tab/><w:t>centre</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    ))  # fmt: skip
    resume = read_resume(save_docx(document))

    assert [line for line in resume.text.split("\n") if line] == [
        "Negotiated contracts", "After the box", "Call\tcentre", "专业技能", "Excel、倉儲",
    ]  # fmt: skip
    assert [skill.en for skill in resume.skills] == ["Call centre", "Negotiation", "Warehousing", "Microsoft Excel"]
    assert resume.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_chinese_text_in_any_encoding(encoding: str) -> None:
    resume = read_resume("\r\n".join(CHINESE).encode(encoding))

    assert resume.text.split("\n") == ["张伟", "专业技能", "熟练使用Excel，客户服务，茶艺", "工作经历", CHINESE[-1]]
    assert "Customer service" in [skill.en for skill in resume.skills]
