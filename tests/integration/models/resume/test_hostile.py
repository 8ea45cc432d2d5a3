"""Files made to harm: each is refused with its code, or read, and its reader costs no more than its limits."""

import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.resume import isolated, limits
from models.resume.isolated import extract_isolated
from models.resume.problems import UnreadableResume

pytestmark = pytest.mark.integration

Make = Callable[..., bytes]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)  # an old Office file
BODY = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%b</w:body></w:document>'
# A child's peak memory is its own only if its parent is small: across exec the parent's counts.
MEASURE = """
import json, resource, subprocess, sys
child = subprocess.run(sys.argv[1:], stdin=sys.stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([child.returncode, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime, child.stdout.decode()]))
"""


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableResume) as refused:
        extract_isolated(data)
    assert refused.value.message == str(refused.value)
    assert refused.value.message.startswith("The résumé")
    return refused.value.code


def measured(data: bytes) -> tuple[int, int, float, dict[str, Any]]:
    """The worker's status, peak memory in bytes, CPU seconds and answer."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *isolated.COMMAND], input=data, capture_output=True, check=True
    )
    status, memory, cpu_s, answer = json.loads(done.stdout)
    return status, memory, cpu_s, json.loads(answer) if answer else {}


def deflated(size: int, content: bytes = b" ") -> bytes:
    """`size` bytes of `content` repeated, as zlib packs them, without ever holding them."""
    packer = zlib.compressobj(9)
    piece = content * (1_000_000 // len(content))
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


def test_an_ordinary_file_starts_and_ends_within_a_second_and_little_memory(
    ordinary_docx: bytes, text_pdf: Make
) -> None:
    for data in (ordinary_docx, text_pdf(["Excel"]), b"Excel"):
        status, memory, cpu_s, answer = measured(data)

        assert (status, answer["problems"]) == (0, [])
        assert cpu_s < 1
        assert memory < 100 * 2**20


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "resume-empty"),
        (b"a" * (limits.MAX_BYTES + 1), "resume-too-large"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "resume-type"),
        (bytes(range(256)) * 40, "resume-type"),
        (b"{\\rtf1\\ansi Excel}", "resume-type"),
        (OLE + "WordDocument".encode("utf-16-le"), "resume-type"),
        (OLE + b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", "resume-encrypted"),
        (b"PK\x05\x06" + b"\0" * 18, "resume-type"),
        (b"PK\x03\x04" + b"\0" * 100, "resume-damaged"),
        (b"%PDF-1.7\n", "resume-damaged"),
        (b"%PDF-1.7\n" + os.urandom(3000) + b"%%EOF", "resume-damaged"),
        (b"%PDF-1.7\n%%EOF" * 1000, "resume-damaged"),
    ],
    ids=["empty", "large", "png", "bytes", "rtf", "doc", "docx-password", "zip", "zip-cut", "pdf-cut", "noise", "ends"],
)  # fmt: skip
def test_what_is_no_resume_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_files_that_end_early(ordinary_docx: bytes, text_pdf: Make) -> None:
    pdf = text_pdf(["Excel"] * 50)

    assert refusal(ordinary_docx[:-200]) == "resume-damaged"
    assert refusal(pdf[: len(pdf) // 4]) == "resume-damaged"
    assert refusal(pdf[:-60]) == "resume-damaged"
    next_version = b"7 0 obj\n<</Length 9000>>stream\n" + b"x" * 5000
    assert extract_isolated(pdf + next_version).problems == ("damaged-parts",)


def test_a_text_is_cut_at_the_limit() -> None:
    found = extract_isolated(("技能，Excel\n" * 40_000).encode())

    assert len(found.text) == limits.MAX_CHARACTERS
    assert found.problems == ("cut-at-limit",)


def test_zip_bombs_are_not_opened(docx_with: Callable[..., bytes]) -> None:
    zeros = bytes(49_000_000)
    for members in (
        {"word/document.xml": BODY % (b"<w:p/>" * 2_000_000)},
        {"word/media/image1.png": zeros},
        {f"word/media/{i}.png": os.urandom(5000) + bytes(900_000) for i in range(60)},
        {f"customXml/item{i}.txt": b"" for i in range(1001)},
    ):
        assert refusal(docx_with(members)) == "resume-unsafe"


def test_a_zip_directory_that_lies_gives_no_more_than_it_declares(docx_with: Callable[..., bytes]) -> None:
    real = 40_000_000
    bomb = docx_with({"word/document.xml": BODY % (b" " * real)})
    size = (real + len(BODY) - 2).to_bytes(4, "little")
    assert size in bomb
    status, memory, _, answer = measured(bomb.replace(size, (5000).to_bytes(4, "little")))

    assert (status, answer) == (0, {"refused": "resume-damaged"})
    assert memory < 100 * 2**20


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "word\\..\\x.xml", "C:/x.xml", "word/../../x"])
def test_members_that_lead_out_of_the_file_are_refused(name: str, docx_with: Callable[..., bytes]) -> None:
    assert refusal(docx_with({name: b"x"})) == "resume-unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(ordinary_docx: bytes) -> None:
    file = io.BytesIO(ordinary_docx)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/document.xml", b"another")

    assert refusal(file.getvalue()) == "resume-unsafe"


def test_xml_entities_are_refused_in_any_encoding(docx_with: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    for entities in (f'<!ENTITY l0 "ha">{laughs}', f'<!ENTITY l9 SYSTEM "file://{tmp_path}/secret">'):
        text = f"<!DOCTYPE x [{entities}]>" + (BODY % b"<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>").decode()
        for encoding in ("utf-8", "utf-16"):
            whole = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
            assert refusal(docx_with({"word/document.xml": whole})) == "resume-unsafe"


def test_another_office_file_is_no_docx(docx_with: Callable[..., bytes]) -> None:
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'

    assert refusal(docx_with({"[Content_Types].xml": types})) == "resume-type"
    assert refusal(docx_with({"word/document.xml": b"<w:document"})) == "resume-damaged"


def test_deep_and_large_trees_stay_in_bounds(docx_with: Callable[..., bytes]) -> None:
    deep = BODY % (b"".join(b'<w:sdt a="%d">' % i for i in range(99_999)) + b"</w:sdt>" * 99_999)
    chance = random.Random(0)
    many = BODY % b"".join(chance.choices([b"<b/>", b"<c/>"], k=4_900_000))
    for xml in (deep, many):
        status, memory, _, answer = measured(docx_with({"word/document.xml": xml}))

        assert status == 0
        assert answer["refused"] in ("resume-damaged", "resume-too-complex")
        assert memory < limits.ADDRESS_SPACE


def test_pdf_streams_that_unpack_to_far_more(make_pdf: Make) -> None:
    once = deflated(400_000_000)
    twice = zlib.compress(once, 9)
    for data, filters in ((once, b"/FlateDecode"), (twice, b"[/FlateDecode/FlateDecode]")):
        content = b"<</Length %d/Filter%b>>stream\n%b\nendstream" % (len(data), filters, data)
        status, memory, cpu_s, answer = measured(make_pdf([content]))

        assert (status, answer) == (0, {"refused": "resume-too-complex"})
        assert memory < 150 * 2**20
        assert cpu_s < 2


def test_pdfs_of_loops_and_depths_end(make_pdf: Make, text_pdf: Make, pdf_stream: Make) -> None:
    text = pdf_stream(b"BT /F1 11 Tf (Excel) Tj ET /X1 Do")
    form = pdf_stream(b"/X1 Do /X1 Do", entries=b"/Subtype/Form/Resources<</XObject<</X1 7 0 R>>>>")
    wide_map = (
        b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00000000> <7FFFFFFF> <0000> endbfrange"
    )
    files = {
        "pages within themselves": make_pdf([text]).replace(b"/Kids[5 0 R]", b"/Kids[2 0 R]"),
        "a table before itself": _with_previous(make_pdf([text])),
        "a form within itself": make_pdf([text], page=b"/XObject<</X1 7 0 R>>", more=[form]),
        "a deep array": make_pdf([b"[" * 500_000 + b"]" * 500_000]),
        "a deep dictionary": make_pdf([pdf_stream(b"<</a" * 200_000)]),
        "a map of two billion codes": text_pdf(["Excel"], cjk=True, to_unicode=wide_map),
        "a count of two billion": make_pdf([text]).replace(b"/Count 1", b"/Count 2000000000"),
        "a reference to itself": make_pdf([b"6 0 R"]),
    }
    for name, data in files.items():
        status, memory, cpu_s, answer = measured(data)

        assert status == 0, name
        assert "text" in answer or "refused" in answer, name
        assert cpu_s < 5, name
        assert memory < 300 * 2**20, name


def _with_previous(pdf: bytes) -> bytes:
    table = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    return pdf.replace(b"trailer<<", b"trailer<</Prev %d" % table)


def test_pictures_scripts_and_launches_in_a_pdf_are_not_looked_at(text_pdf: Make, tmp_path: Path) -> None:
    started = tmp_path / "started"
    picture = deflated(200_000_000, b"\0")
    image = b"<</Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode"
    actions = b"/OpenAction<</S/Launch/Win<</F(touch)/P(%b)>>/F(%b)/Next<</S/JavaScript/JS(while\\(1\\)\\{\\})>>>>"
    pdf = text_pdf(
        ["Excel"],
        catalog=actions % (bytes(started), b"/bin/touch"),
        page=b"/XObject<</Im1 7 0 R>>",
        more=[b"%b/Length %d>>stream\n%b\nendstream" % (image, len(picture), picture)],
    )
    status, memory, cpu_s, answer = measured(pdf)

    assert (status, answer) == (0, {"text": "Excel", "problems": []})
    assert not started.exists()
    assert memory < 100 * 2**20
    assert cpu_s < 1


def test_a_pdf_that_takes_too_long_is_ended_by_the_kernel(make_pdf: Make, pdf_stream: Make) -> None:
    slow = make_pdf([pdf_stream(b"BT /F1 9 Tf " + b"() Tj " * 95_000)] * limits.MAX_PAGES)
    began = time.monotonic()

    assert refusal(slow) == "resume-too-complex"
    assert time.monotonic() - began < limits.WALL_S


def test_memory_and_output_are_limited() -> None:
    def under_limits(code: str) -> subprocess.CompletedProcess[bytes]:
        start = "from models.resume.limits import limit_this_process; limit_this_process()\n"
        return subprocess.run([sys.executable, "-c", start + code], capture_output=True, check=False)

    assert b"MemoryError" in under_limits(f"bytes({limits.ADDRESS_SPACE})").stderr
    assert (
        b"File too large"
        in under_limits(
            "import os\nfile = os.memfd_create('x')\nos.pwrite(file, b'x', 0)\n"
            f"[os.write(file, bytes(2**20)) for _ in range({limits.RESULT_BYTES // 2**20 + 1})]"
        ).stderr
    )


@pytest.mark.parametrize(
    ("child", "code"),
    [
        ("import time; time.sleep(60)", "resume-too-complex"),
        ("import os; os.kill(os.getpid(), 9)", "resume-too-complex"),
        ("import os; os.abort()", "resume-damaged"),
        ("print('{\"text\": 1}')", "resume-damaged"),
        (f"print('{{\"problems\": [], \"text\": \"' + 'x' * {limits.MAX_CHARACTERS + 1} + '\"}}')", "resume-damaged"),
    ],
    ids=["sleeps", "killed", "crashes", "wrong", "long"],
)
def test_a_child_that_misbehaves_is_the_files_fault(child: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "COMMAND", [sys.executable, "-c", child])
    monkeypatch.setattr(isolated, "WALL_S", 1.0)

    assert refusal(b"Excel") == code


def test_a_child_that_does_not_start_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "COMMAND", [sys.executable, "-c", "import nothing_of_this_name"])

    with pytest.raises(RuntimeError, match="status 1"):
        extract_isolated(b"Excel")
