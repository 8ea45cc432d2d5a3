"""What the candidate's page noticed, as sentences and as flags: something to look at, and nothing that is scored."""

from collections.abc import Iterator, Sequence

from models.observation import Observation, ObservationKind
from models.report.document import Flag, FlagCode
from models.report.pen import Pen
from models.report.phrases import say, times
from models.speech.transcript import Language

# A page that is hidden has lost its focus as well: the two are told as one.
_LEFT: tuple[ObservationKind, ...] = ("tab_hidden", "window_blurred")
_STATES: tuple[tuple[FlagCode, tuple[ObservationKind, ...], str, str], ...] = (
    ("page_left", _LEFT, "the page was left", "离开页面"),
    ("camera_lost", ("camera_lost",), "the camera was off", "摄像头断开"),
    ("microphone_muted", ("microphone_muted",), "the microphone was muted", "麦克风静音"),
)
# Starting values of this project, not yet tuned by what reviewers do with the flags: a notification that is looked at
# and a sentence that is moved are nothing to ask about.
LASTS_S, OFTEN = 5.0, 3
PASTED = 200  # characters


# Observations by the take, or the time before one, that their seconds are of.
Groups = Sequence[Sequence[Observation]]


def page_sentences(language: Language, groups: Groups) -> list[str]:
    """Sentences in the interview's language; each says that it is the page that tells."""
    told = []
    for _, kinds, english, chinese in _STATES:
        if spans := _spans(groups, kinds):
            seconds = _seconds(spans)
            how_often = times("en", len(spans))
            told.append(
                say(
                    language,
                    en=f"{english} {how_often}, for {seconds:.0f} s in all",
                    zh=f"{chinese}{len(spans)}次，共{seconds:.0f}秒",
                )
            )
    if pastes := _of(groups, "paste"):
        often, length = times(language, len(pastes)), _characters(pastes)
        told.append(
            say(
                language, en=f"text was pasted {often}, {length} characters in all", zh=f"粘贴文字{often}，共{length}字"
            )
        )
    if changes := _of(groups, "device_changed"):
        often = times(language, len(changes))
        told.append(say(language, en=f"the device was changed {often}", zh=f"更换设备{often}"))
    return [say(language, en=f"The page tells: {one}.", zh=f"页面记录：{one}。") for one in told]


def signal_flags(pen: Pen, groups: Groups, is_timed: bool) -> Iterator[Flag]:
    """What is worth a look. is_timed: whether times are those of a recording, where a person can look."""
    for code, kinds, _, _ in _STATES:
        spans = _spans(groups, kinds)
        seconds = _seconds(spans)
        if len(spans) >= OFTEN or seconds >= LASTS_S:
            start, end = (spans[0][0], spans[-1][1]) if is_timed else (None, None)
            yield pen.write(code, start, end, count=len(spans), seconds=seconds)
    if (length := _characters(_of(groups, "paste"))) >= PASTED:
        yield pen.write("text_pasted", length=length)
    if changes := _of(groups, "device_changed"):
        yield pen.write("device_changed", count=len(changes))


def _spans(groups: Groups, kinds: tuple[ObservationKind, ...]) -> list[tuple[float, float]]:
    """When any of these lasted, without overlaps in a group."""
    found: list[tuple[float, float]] = []
    for group in groups:
        spans: list[tuple[float, float]] = []
        for start, end in sorted((seen.start, seen.end) for seen in group if seen.kind in kinds):
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        found += spans
    return found


def _seconds(spans: Sequence[tuple[float, float]]) -> float:
    return sum(end - start for start, end in spans)


def _of(groups: Groups, kind: ObservationKind) -> list[Observation]:
    return [seen for group in groups for seen in group if seen.kind == kind]


def _characters(pastes: Sequence[Observation]) -> int:
    return round(sum(seen.value or 0.0 for seen in pastes))
