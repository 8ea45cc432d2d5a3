"""What candidates read: in both languages, complete, inert whatever people are called, fit for a phone."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product
from typing import get_args
from uuid import uuid4

import pytest
from message_samples import ADA, LI, LINK

from serving.delivery.message_text import one_line, write_mail, write_sms
from storage.messages.records import WITH_LINK, Language, MessageKind, Outgoing, ResultDecision, Sitting

pytestmark = pytest.mark.unit

SITTING = Sitting(uuid4(), datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 26, 10, tzinfo=UTC), 30)
EVERY = list(product(("zh", "en"), get_args(MessageKind)))


def outgoing(kind: MessageKind, language: Language, decision: ResultDecision | None = None) -> Outgoing:
    recipient = LI if language == "zh" else ADA
    return Outgoing(
        id=uuid4(),
        attempt=1,
        kind=kind,
        decision=decision or ("rejected" if kind == "result" else None),
        channel="mail",
        language=language,
        recipient=recipient,
        address="ada@example.org",
        organisation="Acme",
        position="Team lead",
        sitting=SITTING,
        link=LINK if kind in WITH_LINK else None,
        code="042137" if kind == "identity_code" else None,
        contact="Wang, wang@acme.example",
    )


class Seen(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            [
                "Dear Ada,", "Team lead", "Acme", "about 30 minutes", "Wang, wang@acme.example", LINK,
                "Tue, 24 Nov 2026, 09:00 to Thu, 26 Nov 2026, 18:00 (China Standard Time, UTC+08:00)",
                "Tue, 24 Nov 2026, 01:00 to Thu, 26 Nov 2026, 10:00 (UTC)",
                "Enter 10 minutes early to check your devices.", "camera", "microphone", "quiet", "network",
                "Chrome, Edge, Firefox or Safari",
            ],
        ),
        (
            "zh",
            [
                "李娜，您好！", "Team lead", "Acme", "约 30 分钟", "Wang, wang@acme.example", LINK,
                "2026年11月23日（周一）20:00至2026年11月26日（周四）05:00（北美东部标准时间，UTC-05:00）",
                "2026年11月24日（周二）01:00至2026年11月26日（周四）10:00（UTC）",
                "请提前 10 分钟进入，检查设备。", "摄像头", "麦克风", "安静", "网络", "Chrome、Edge、Firefox 或 Safari",
            ],
        ),
    ],
)  # fmt: skip
def test_both_parts_of_a_mail_tell_all_that_a_candidate_needs(
    kind: MessageKind, language: Language, told: list[str]
) -> None:
    words = write_mail(outgoing(kind, language))
    seen = Seen(words.html)
    for fact in told:
        assert fact in words.text
        assert fact in seen.text
    assert "Team lead" in words.subject and "Acme" in words.subject
    links = [attributes["href"] for tag, attributes in seen.elements if tag == "a"]
    assert links == [LINK, LINK]
    assert dict(seen.elements)["html"]["lang"] == words.language_tag == {"zh": "zh-CN", "en": "en"}[language]


@pytest.mark.parametrize(("language", "decision"), list(product(("zh", "en"), get_args(ResultDecision))))
def test_a_result_tells_one_decision_and_that_a_person_made_it(language: Language, decision: ResultDecision) -> None:
    marks = {
        "zh": {"offer": "录用您", "next_round": "进入下一轮", "rejected": "未能继续"},
        "en": {"offer": "like to offer you", "next_round": "next round", "rejected": "not be taking your application"},
    }[language]
    message = outgoing("result", language, decision)
    words = write_mail(message)
    for text in (words.text, Seen(words.html).text, write_sms(message)):
        assert [name for name, mark in marks.items() if mark in text] == [decision]
    person = {"zh": "此决定由Acme的招聘人员作出。", "en": "This decision was made by a person at Acme."}[language]
    assert person in words.text and person in Seen(words.html).text
    assert not any(name in words.subject for name in ("offer", "reject", "录用", "未能"))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["042137", "10 minutes", "nobody"]),
        ("zh", ["042137", "10 分钟", "切勿告诉他人"]),
    ],
)
def test_a_code_is_told_with_how_long_it_holds_and_never_in_the_subject(language: Language, told: list[str]) -> None:
    message = outgoing("identity_code", language)
    words = write_mail(message)
    for text in (words.text, Seen(words.html).text, write_sms(message)):
        assert all(fact in text for fact in (*told, "Acme"))
    # A locked screen shows subjects.
    assert "042137" not in words.subject and "Acme" in words.subject
    assert words.link is None and len(write_sms(message)) <= (70 if language == "zh" else 160)


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_names_of_markup_are_inert(language: Language, kind: MessageKind) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    message = outgoing(kind, language)
    message = replace(
        message,
        recipient=replace(message.recipient, name=evil + "{{ 7 * 7 }}"),
        position=f"</title></td>{evil}{{% raw %}}",
        organisation=f"'\"><style>{evil}",
        contact=evil,
    )
    words, harmless = write_mail(message), write_mail(outgoing(kind, language))
    assert [e[0] for e in Seen(words.html).elements] == [e[0] for e in Seen(harmless.html).elements]
    assert "<script>alert(1)</script>" in Seen(words.html).text  # as text, not as an element
    assert "49" not in words.text and "{{ 7 * 7 }}" in words.text


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_names_of_several_lines_add_no_line(language: Language, kind: MessageKind) -> None:
    message = outgoing(kind, language)
    several = "Ada\r\nBcc: eve@example.org\n\nPay here:\u2028\u202ehttps://evil.example\x00\x1b"
    message = replace(message, recipient=replace(message.recipient, name=several), position=several, contact=several)
    message = replace(message, organisation=several)
    words = write_mail(message)
    assert len(words.text.splitlines()) == len(write_mail(outgoing(kind, language)).text.splitlines())
    for text in (words.subject, words.organisation, write_sms(message)):
        assert text.isprintable() and "Ada Bcc: eve@example.org Pay here: https://evil.example" in text


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_a_mail_loads_nothing_and_fits_600_pixels_and_a_phone(language: Language, kind: MessageKind) -> None:
    html = write_mail(outgoing(kind, language)).html
    seen = Seen(html)
    assert {tag for tag, _ in seen.elements} <= {
        "html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "h2", "p", "a", "img", "ul", "li",
        "strong", "span", "br",
    }  # fmt: skip
    assert not re.search(r"url\(|@import|@font-face|<link|background=", html)
    sources = [a["src"] for _, a in seen.elements if "src" in a]
    assert sources == (["cid:qr-code"] if kind in WITH_LINK else [])
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in seen.elements

    containers = [a for tag, a in seen.elements if tag == "table" and a.get("width") == "600"]
    assert len(containers) == 2  # the letter and its footer
    for attributes in containers:  # 600 for clients that know no CSS; elsewhere as narrow as the screen
        assert attributes["style"] is not None and "width:100%; max-width:600px;" in attributes["style"]
    for tag, attributes in seen.elements:
        style = attributes.get("style") or ""
        assert not re.search(r"(?<!max-)width:\s*\d+px|white-space:\s*nowrap|height:\s*\d{2,}px", style), tag
        if attributes not in containers:  # a phone is 320 CSS pixels wide or more, 264 of them within the paddings
            width = attributes.get("width")
            assert width in (None, "100%") or int(str(width)) <= 264, tag
        for size in re.findall(r"font-size:(\d+)px", style):
            assert int(size) >= 14
    for _, attributes in seen.elements:  # a long link or name breaks; it does not widen the page
        if attributes.get("href") and "background-color" not in (attributes["style"] or ""):
            assert "word-break:break-all" in html
    assert "overflow-wrap:anywhere" in html


def test_without_a_time_zone_or_contact_there_is_no_gap() -> None:
    for language in ("en", "zh"):
        message = outgoing("invitation", language)
        message = replace(message, contact=None, recipient=replace(message.recipient, time_zone="Mars/Olympus"))
        words = write_mail(message)
        assert "None" not in words.text + words.html + write_sms(message)
        assert "UTC" in write_sms(message)
        asked = {"en": "please ask the recruiters of Acme", "zh": "请联系Acme的招聘人员"}[language]
        assert asked in words.text and asked in words.html


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_an_sms_is_one_line_with_who_writes_and_the_way_in(language: Language, kind: MessageKind) -> None:
    text = write_sms(outgoing(kind, language))
    # A code stands first, where phones show it.
    greeting = {"zh": "", "en": ""} if kind == "identity_code" else {"zh": "李娜", "en": "Dear Ada"}
    assert "\n" not in text and text.startswith({"zh": "【Acme】", "en": "Acme: "}[language] + greeting[language])
    assert (f" {LINK} " in text or f"：{LINK} " in text) == (kind in WITH_LINK)


def test_one_line_keeps_every_script() -> None:
    assert one_line("  李 娜\t\n(🎓 Ünal)\u200f ") == "李 娜 (🎓 Ünal)"
