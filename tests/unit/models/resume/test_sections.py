import pytest

from models.resume.sections import split_sections

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("SKILLS", "skills"),
        ("Technical Skills:", "skills"),
        ("Skills & Certifications", "skills"),
        ("Education and Training", "education"),
        ("专 业 技 能", "skills"),
        ("一、专业技能：", "skills"),
        ("【工作經歷】", "experience"),
        ("■ 教育背景 Education", "education"),
        ("2. Projects", "projects"),
        ("自我评价/兴趣爱好", "summary"),
    ],
)
def test_headings_however_they_are_dressed(heading: str, kind: str) -> None:
    sections = split_sections(f"Ann\n{heading}\nExcel")

    assert [(section.kind, section.text) for section in sections] == [("other", "Ann"), (kind, "Excel")]


@pytest.mark.parametrize(
    "line",
    ["I built skills at work", "负责技能培训", "Skills of the team were", "项目：商城", "Education: none", "-", "&"],
)
def test_other_lines_are_no_headings(line: str) -> None:
    assert [section.title for section in split_sections(f"{line}\nmore")] == [""]


def test_a_list_of_skills_may_stand_behind_its_heading() -> None:
    sections = split_sections("技能：Excel，\nSQL\nWork history\nFoo")

    assert [(section.kind, section.title, section.text) for section in sections] == [
        ("skills", "技能：", "Excel，\nSQL"), ("experience", "Work history", "Foo"),
    ]  # fmt: skip


def test_a_heading_without_text_is_left_out() -> None:
    assert [section.kind for section in split_sections("Experience\nSkills\nExcel")] == ["skills"]
