"""The candidate's page as files: texts in both languages, templates without inline code, modules that are all there."""

import json
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from frontends.candidate.assets import assets
from frontends.candidate.texts import LANGUAGES, preferred, texts
from storage.identity.records import FaceReason
from storage.sessions.records import OPEN_STATES, SessionState

pytestmark = pytest.mark.unit

PAGE = Path(__file__).parents[3] / "frontends" / "candidate"
TEMPLATES = sorted((PAGE / "templates").rglob("*.html"))
MODULES = sorted((PAGE / "static" / "js").rglob("*.js"))
IMPORTED = re.compile(r"""(?:\bfrom\s+|^import\s+|[^{.]\bimport\()["']([^"']+)["']""", re.MULTILINE)
UNSAFE = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")


def forms(key: str) -> str:
    """A key without the form that a count takes: Chinese has one, English two."""
    return key.removesuffix(".one").removesuffix(".other")


def test_both_languages_have_the_same_texts() -> None:
    chinese, english = ({forms(key) for key in texts(language)} for language, _ in LANGUAGES)
    assert chinese == english
    for language, _ in LANGUAGES:
        for path in (PAGE / "texts" / language).glob("*.json"):
            for key, text in json.loads(path.read_text(encoding="utf-8")).items():
                assert text.strip() or key == "span.joint", f"{key} is empty"


def test_a_text_names_the_same_values_in_both_languages() -> None:
    english = {forms(key): text for key, text in texts("en").items()}
    for key, text in texts("zh").items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[forms(key)])), key


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_use_texts_that_are_there(path: Path) -> None:
    known = texts("en")
    for key in re.findall(r"""\bt\(["']([\w.]+)["']\)""", path.read_text(encoding="utf-8")):
        assert key in known, key


def test_modules_use_texts_that_are_there() -> None:
    known = {forms(key) for key in texts("en")}
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        for key in re.findall(r"""\btext\(\s*"([^"]+)\"""", source):
            assert key in known, f"{path.name}: {key}"
        # A key that is put together begins as some key does.
        for beginning in re.findall(r"""\btext\(\s*`([\w.]+)\$\{""", source):
            assert any(key.startswith(beginning) for key in known), f"{path.name}: {beginning}"


def test_refusals_that_a_candidate_can_meet_are_told_in_both_languages() -> None:
    over = {f"session-{state}" for state in get_args(SessionState) if state not in OPEN_STATES}
    known = {
        "time-over", "take-over", "device-replaced", "question-too-early", "session-not-ready", "interview-closed",
        "no-takes-left", "uploads-unfinished", "identity-missing", "code-wrong", "code-expired", "codes-exhausted",
        "check-unavailable", "rate-limited", "database-unavailable", "media-store-unavailable",
    }  # fmt: skip
    for code in over | known:
        assert all(f"problem.{code}" in texts(language) for language, _ in LANGUAGES), code


def test_what_makes_for_a_better_picture_is_told() -> None:
    # Of these there is nothing that the candidate could do better.
    found = {"same_person", "another_person", "too_close", "no_embedding"}
    told = {key.removeprefix("identity.reason.") for key in texts("en") if key.startswith("identity.reason.")}
    assert told == set(get_args(FaceReason)) - found | {"photo"}


def test_modules_show_screens_that_are_there() -> None:
    page = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    # Some templates are made for several names in a loop.
    known = set(re.findall(r'id="screen-([\w-]+)"', page))
    assert {"notice", "early", "done", "failed", "identity-code", "identity-face"} <= known
    for path in MODULES:
        for name in re.findall(r"""\bscreen\("([\w-]+)"\)""", path.read_text(encoding="utf-8")):
            assert name in known, f"{path.name}: {name}"


class _Inline(HTMLParser):
    """Collects what the Content-Security-Policy would stop."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        self.found += [name for name, value in attrs if name == "style" or name.startswith("on") or _is_script(value)]


def _is_script(value: str | None) -> bool:
    return (value or "").strip().lower().startswith("javascript:")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_inline_code(path: Path) -> None:
    parser = _Inline()
    parser.feed(path.read_text(encoding="utf-8"))
    assert parser.found == []


def test_inline_code_would_be_found() -> None:
    parser = _Inline()
    parser.feed('<style></style><script>1</script><p style="x" onclick="y"><a href="javascript:z">')
    assert parser.found == ["<style>", "<script>", "style", "onclick", "href"]


def test_modules_import_what_is_there_and_nothing_from_elsewhere() -> None:
    files = assets().files
    for path in MODULES:
        name = path.relative_to(PAGE / "static").as_posix()
        source = path.read_text(encoding="utf-8")
        for imported in re.findall(
            r"""(?:\bfrom\s+|^import\s+|[^{.]\bimport\()["']([^"']+)["']""", source, re.MULTILINE
        ):
            assert imported.startswith("."), f"{name} imports {imported}"
            resolved = posixpath.normpath(posixpath.join(posixpath.dirname(name), imported))
            assert resolved in files, f"{name} imports {imported}"


def test_no_module_parses_text_as_html() -> None:
    for path in MODULES:
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert found is None, f"{path.name}: {found}"


def test_preloads_are_what_the_first_module_imports() -> None:
    modules = assets().imported_by("js/main.js")
    assert modules[0] == "js/main.js" and len(modules) == len(set(modules))
    assert {"js/api.js", "js/page.js", "js/event_parser.js"} <= set(modules)
    assert not any(module.startswith("js/steps/") for module in modules), "steps are loaded when they are shown"


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("zh", "en", "zh"),
        ("en", "zh-CN", "en"),
        ("fr", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en;q=0.5, zh-TW;q=0.7", "zh"),
        (None, "de, en-GB;q=0.8, zh;q=0.2", "en"),
        (None, "zh;q=0, fr", "en"),
        (None, "zh;q=x", "en"),
        (None, "", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_preferred(asked: str | None, accepted: str, language: str) -> None:
    assert preferred(asked, accepted) == language
