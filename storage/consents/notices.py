"""The notices' texts: versioned, by region and language, filled in with what holds."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from storage.consents.records import NoticeLanguage
from storage.policies.records import EffectivePolicy

_FOLDER = Path(__file__).with_name("notices")
# Versions that say nothing of comparing voices.
_SILENT_ON_VOICES = frozenset({"2026-1"})


@cache
def notice_versions() -> tuple[str, ...]:
    """The versions there are, oldest first. A version never changes once it was shown: a new one is added beside it."""
    return tuple(sorted({path.name.split(".")[0] for path in _FOLDER.glob("*.common.en.md")}))


def notice_text(policy: EffectivePolicy, language: NoticeLanguage, organisation: str, interview: str) -> str:
    """The notice as Markdown: what is common to all, then the rights that the region's law gives."""
    values = policy.model_dump() | {"organisation": organisation, "interview": interview}
    parts = ["common"] if policy.region == "none" else ["common", policy.region]
    texts = (
        _environment().get_template(f"{policy.notice_version}.{part}.{language}.md").render(values).strip()
        for part in parts
    )
    return "\n\n".join(texts) + "\n"


def tells_of_voices(version: str) -> bool:
    """Whether a version says that voices are compared, and that this makes a biometric description of them."""
    return version not in _SILENT_ON_VOICES


@cache
def _environment() -> Environment:
    # Markdown, not HTML: whoever shows it escapes it. Names are values, never templates.
    return Environment(loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, autoescape=False)
