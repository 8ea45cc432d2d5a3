"""The policies that a profile chooses from, by name."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from serving.autoscaling.backlog import Backlog
from serving.autoscaling.concurrency import Concurrency
from serving.autoscaling.queue_wait import QueueWait

AnyPolicy = Annotated[QueueWait | Backlog | Concurrency, Field(discriminator="by")]

_ADAPTER: TypeAdapter[QueueWait | Backlog | Concurrency] = TypeAdapter(AnyPolicy)


def policy_of(values: dict[str, Any]) -> QueueWait | Backlog | Concurrency:
    """The policy that `by` names, with its numbers. Raises pydantic's ValidationError where they do not fit."""
    return _ADAPTER.validate_python(values)
