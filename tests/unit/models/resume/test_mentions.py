import pytest

from models.resume.mentions import Mentions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "form", "named"),
    [
        ("负责会计工作", "会计", True),
        ("参与社会计划", "会计", False),
        ("学会计算机", "会计", False),
        ("负责倉儲物流", "仓储物流", True),
        ("负责仓\n储 物流", "仓储物流", True),
        ("PLC 编程三年", "PLC编程", True),
        ("熟练使用Excel表格", "excel", True),
        ("Ｅｘｃｅｌ", "excel", True),
        ("excellent", "excel", False),
        ("C++ and C#", "c++", True),
        ("C++ and C#", "c", False),
        ("Node.js/SQL", "sql", True),
        ("customer care", "customer service", False),
        ("the customer", "customer service", False),
        ("Excel", "-", False),
    ],
)
def test_whole_words_only(text: str, form: str, named: bool) -> None:
    assert Mentions(text).names(form) is named


def test_as_written() -> None:
    assert Mentions("We use SAP").names("SAP", as_written=True)
    assert not Mentions("the sap of a tree").names("SAP", as_written=True)


@pytest.mark.parametrize(
    ("text", "form", "named"),
    [
        ("she negotiated prices", "negotiate", True),
        ("planning projects", "plan projects", True),
        ("led a team", "lead a team", False),
        ("an excellent seller", "excel", False),
    ],
)
def test_inflected(text: str, form: str, named: bool) -> None:
    assert Mentions(text).names(form, inflected=True) is named
