import pytest

from models.resume.plain import plain_text
from models.resume.problems import UnreadableResume

pytestmark = pytest.mark.unit

CHINESE = "张伟\n专业技能：客户服务，仓储\n"
ENGLISH = "Zoë Müller\nSkills: negotiation, café management\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_what_says_its_encoding_is_sure(text: str, encoding: str) -> None:
    found = plain_text(text.encode(encoding))

    assert (found.text, found.problems) == (text, ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        ("張偉\n專業技能：溝通，倉儲\n", "big5"),
        ("技能 Excel", "gb18030"),
        (ENGLISH * 20 + "北京", "utf-16-le"),
        ("John Smith, Beijing (北京)\n" + "Skills: sales\n" * 20, "gb18030"),
        (ENGLISH, "latin-1"),
        ("“Skills” – negotiation, café\n", "cp1252"),
        (ENGLISH, "utf-16-le"),
    ],
)
def test_what_does_not_is_told_by_its_bytes(text: str, encoding: str) -> None:
    found = plain_text(text.encode(encoding))

    assert (found.text, found.problems) == (text, ("guessed-encoding",))


def test_a_character_cut_in_two_at_the_end_is_left_out_and_told() -> None:
    found = plain_text("技能：销售".encode()[:-1])

    assert (found.text, found.problems) == ("技能：销", ("damaged-parts",))


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\x00" + b"Excel\x00\x01\x02\xff" * 20, bytes(1000), bytes(range(32)) * 4]
)
def test_bytes_are_no_text(data: bytes) -> None:
    with pytest.raises(UnreadableResume) as refused:
        plain_text(data)
    assert refused.value.code == "resume-type"
