import time

import pytest

from models.resume.limits import MAX_CHARACTERS
from models.resume.resume import Skill
from models.resume.sections import split_sections
from models.resume.skills import MOST_ITEMS, find_skills

pytestmark = pytest.mark.unit


def skills(text: str) -> tuple[Skill, ...]:
    return find_skills(split_sections(text))


def names(text: str) -> list[str]:
    return [skill.en for skill in skills(text)]


def test_both_languages_name_the_same_skill() -> None:
    english = "Handled customer complaints in customer service; warehouse and forklift"
    chinese = "从事客服，仓库与叉车"

    assert names(english) == names(chinese) == ["Customer service", "Warehousing", "Forklift operation"]


def test_common_words_are_skills_only_in_a_list() -> None:
    assert names("Go to the office, a word of thanks, plan R and C; excellent") == []
    assert names("Skills\nGo, R, C, Word, Office") == [
        "Microsoft Word", "Microsoft Office", "C (programming language)", "Go (programming language)",
        "R (programming language)",
    ]  # fmt: skip


def test_a_heading_is_no_skill() -> None:
    assert names("Education and Training\nBSc") == []


def test_what_else_is_listed_counts_as_written_without_bullets_categories_and_levels() -> None:
    text = "Skills\n- Tools: Figma (advanced), fluent in Tagalog\n• 精通茶艺、良好\n2019, 555-1234"
    listed = [skill for skill in skills(text) if skill.field is None]

    assert [skill.en for skill in listed] == ["Figma", "Tagalog", "茶艺"]
    assert all(skill.listed and skill.zh == skill.en for skill in listed)


def test_sentences_in_a_list_are_read_for_known_skills_alone() -> None:
    assert names("技能\n有三年以上大型仓库的现场工作经验\nAlways ready to help my colleagues with Python") == [
        "Warehousing", "Python",
    ]  # fmt: skip


def test_a_skill_is_listed_where_a_list_names_it() -> None:
    found = {skill.en: skill.listed for skill in skills("Experience\nSold with Python\nSkills\nSQL")}

    assert found == {"Python": False, "SQL": True}


@pytest.mark.parametrize("piece", ["社会计划", "技能\n", "技能:", "Excel,", "(", "work ", "a \t", "会计，", "c++#"])
def test_the_largest_text_of_any_kind_is_read_in_seconds(piece: str) -> None:
    text = "技能\n" + piece * (MAX_CHARACTERS // len(piece))
    skills("仓库")  # jieba has its dictionary
    began = time.process_time()
    skills(text)

    assert time.process_time() - began < 6


def test_a_list_that_never_ends_is_cut() -> None:
    assert len(skills("技能\n" + ",".join(f"x{i}y" for i in range(100, 5000)))) <= MOST_ITEMS
