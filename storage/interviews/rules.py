"""What an interview must fulfil, whenever it is made or changed."""

from collections.abc import Sequence

from storage.errors import Invalid
from storage.interviews.records import Dimension, NewInterview, NewQuestion


def check_interview(new: NewInterview, questions: Sequence[NewQuestion]) -> None:
    """Raise Invalid where a rule is broken; `questions` are the interview's, those from templates filled in."""
    if new.opens_at >= new.closes_at:
        raise Invalid("window-invalid", "The interview must open before it closes.", "/closes_at")
    _check_dimensions(new.dimensions)
    names = {dimension.name for dimension in new.dimensions}
    for index, question in enumerate(questions):
        if question.dimension not in names:
            raise Invalid(
                "dimension-unknown",
                f"Question {index + 1} names the dimension '{question.dimension}', which the interview does not have.",
                f"/questions/{index}/dimension",
            )
    unasked = names - {question.dimension for question in questions}
    if unasked:
        raise Invalid("dimension-unasked", f"No question is scored under: {', '.join(sorted(unasked))}.", "/dimensions")


def _check_dimensions(dimensions: Sequence[Dimension]) -> None:
    if len({dimension.name for dimension in dimensions}) != len(dimensions):
        raise Invalid("dimension-repeated", "Two dimensions have the same name.", "/dimensions")
    total = sum(dimension.weight for dimension in dimensions)
    if abs(total - 100) > 0.01:
        raise Invalid("weights-not-100", f"The weights must sum to 100 percent; they sum to {total:g}.", "/dimensions")
