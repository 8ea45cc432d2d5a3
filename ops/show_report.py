"""Print live events and reports for a person at a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

Json = dict[str, Any]

_QUOTES = 3  # the strongest of each answer: a terminal is no place for all of them

# Results go to standard output, whole lines: a pipe reads them too.
_out = Console(highlight=False, soft_wrap=True)


def show_event(seconds: float, kind: str, data: Json) -> None:
    """Print an event, `seconds` after the interview began; unfinished transcripts are left to richer screens."""
    match kind:
        case "transcript" if data["is_final"]:
            _say(f"  {seconds:5.1f} s  “{data['text']}”")
        case "observation":
            seen = data["observation"]
            value = "" if seen["value"] is None else f" {seen['value']:.1f}"
            _say(f"  {seconds:5.1f} s  {seen['kind']} {seen['label'] or ''}{value} at {seen['start']:.1f} s")
        case "flag":
            _say(f"  {seconds:5.1f} s  ! {data['flag']['why']} -> {data['flag']['follow_up']}")
        case "delay":
            _say(f"  {seconds:5.1f} s  {data['reason']}")
        case "take" | "state":
            _say(f"  {seconds:5.1f} s  {kind}: {data['state']}")


def show_report(report: Json) -> None:
    """Print the scores, the evidence, the flags and the times of a report."""
    _out.rule(f"{report['interview_title']} ({report['language']})")
    scores = Table("dimension", "weight", "score", "interval")
    for part in report["dimensions"]:
        scores.add_row(part["dimension"], f"{part['weight']:.0%}", _score(part), _interval(part))
    scores.add_row("composite", "", _score(report["composite"]), _interval(report["composite"]), style="bold")
    _out.print(scores)
    for answer in report["answers"]:
        _show_answer(answer)
    for flag in report["flags"]:
        about = f"answer {flag['answer']}" if flag["answer"] else "session"
        _say(f"  ! {about}: {flag['why']} -> {flag['follow_up']}")
    _say(f"Recommendation: {report['recommendation']['words']}")
    _say("Models: " + "; ".join(f"{stage}: {name}" for stage, name in report["models"].items()))
    times = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in report["processing_seconds"].items())
    _say(f"Time of each stage, summed over the answers: {times}")


def _show_answer(answer: Json) -> None:
    _say(f"\n{answer['number']}. {answer['question']}")
    if answer["score"]:
        parts = ", ".join(f"{part['member']} {part['points']:.1f}" for part in answer["score"]["contributions"])
        _say(f"   {_score(answer['score'])} {_interval(answer['score'])} = {parts}")
    if answer["text"]:
        _say(f"   “{answer['text']}”")
    for problem in answer["media_problems"]:
        _say(f"   ! {problem['text']}")
    _say("   " + " ".join(answer["behaviours"]))
    for quote in _strongest(answer):
        when = "" if quote["start"] is None else f"{quote['start']:.1f}-{quote['end']:.1f} s "
        _say(f"   {when}“{quote['quote']}” <- {quote['supports']}")


def _strongest(answer: Json) -> list[Json]:
    contributions = answer["score"]["contributions"] if answer["score"] else []
    quotes = [evidence for part in contributions for evidence in part["evidence"] if evidence["quote"]]
    return sorted(quotes, key=lambda quote: -quote["strength"])[:_QUOTES]


def _score(part: Json) -> str:
    return "-" if part["score"] is None else f"{part['score']:.1f}"


def _interval(part: Json) -> str:
    return f"[{part['low']:.0f}, {part['high']:.0f}]"


def _say(line: str) -> None:
    _out.print(line, markup=False)
