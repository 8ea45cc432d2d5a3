"""Finding an interview's keywords in what was said."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from models.language.running import RunningText
from models.language.terms import has_cjk, latin_words, normal, stem
from models.observation import Observation
from models.speech.transcript import Transcript


class Keyword(BaseModel):
    """A term worth hearing, with other ways to say it (synonyms, spellings, the other language)."""

    model_config = ConfigDict(frozen=True)

    term: str = Field(min_length=1)
    variants: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.term, *self.variants)


def find_keywords(transcript: Transcript, keywords: Sequence[Keyword]) -> list[Observation]:
    """Every mention of a keyword, in time order: kind "keyword", label the keyword's term, times of its words.

    English forms match by stems ("lead teams" finds "leading a team" only where the words are neighbours); forms
    with Chinese characters match as text, across word boundaries, in Simplified. Where two forms of one keyword
    overlap, the longer one counts once. The confidence is that of the least sure word.
    """
    running = RunningText.of(transcript)
    if not running.words:
        return []
    found: list[Observation] = []
    for keyword in keywords:
        for start, end in _apart(span for form in keyword.forms for span in _spans(running.text, form)):
            words = running.between(start, end)
            found.append(
                Observation(
                    kind="keyword",
                    start=words[0].start,
                    end=words[-1].end,
                    label=keyword.term,
                    confidence=min(word.confidence for word in words),
                )
            )
    return sorted(found, key=lambda mention: (mention.start, mention.end, mention.label or ""))


def missed_keywords(keywords: Sequence[Keyword], found: Iterable[Observation]) -> list[Keyword]:
    """The keywords without a mention among `found`."""
    mentioned = {observation.label for observation in found if observation.kind == "keyword"}
    return [keyword for keyword in keywords if keyword.term not in mentioned]


def _spans(text: str, form: str) -> list[tuple[int, int]]:
    return _cjk_spans(text, form) if has_cjk(form) else _latin_spans(text, form)


def _latin_spans(text: str, form: str) -> list[tuple[int, int]]:
    wanted = [stem(word) for word, _, _ in latin_words(form)]
    said = [(stem(word), start, end) for word, start, end in latin_words(text)]
    if not wanted:
        return []
    return [
        (said[i][1], said[i + len(wanted) - 1][2])
        for i in range(len(said) - len(wanted) + 1)
        if [word for word, _, _ in said[i : i + len(wanted)]] == wanted
    ]


def _cjk_spans(text: str, form: str) -> list[tuple[int, int]]:
    # Only letters and digits count, so that a comma or a space between two words hides nothing.
    kept = [(letter, place) for place, raw in enumerate(text) for letter in normal(raw) if letter.isalnum()]
    said = "".join(letter for letter, _ in kept)
    wanted = "".join(letter for letter in normal(form) if letter.isalnum())
    spans: list[tuple[int, int]] = []
    at = said.find(wanted)
    while at >= 0:
        spans.append((kept[at][1], kept[at + len(wanted) - 1][1] + 1))
        at = said.find(wanted, at + len(wanted))
    return spans


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without overlaps, the longest kept."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if all(end <= other_start or start >= other_end for other_start, other_end in kept):
            kept.append((start, end))
    return sorted(kept)
