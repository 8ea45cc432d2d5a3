"""What waits between the stages of an analysis."""

import asyncio
from typing import TypeVar

Item = TypeVar("Item")


def replace(queue: "asyncio.Queue[Item]", item: Item) -> None:
    """Put an item into a queue of one, in place of what waits there."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(item)


async def next_batch(queue: "asyncio.Queue[Item | None]", most: int) -> list[Item]:
    """What waits in a queue, at least one and at most `most`; nothing at its end, which None marks."""
    items: list[Item] = []
    item = await queue.get()
    while item is not None:
        items.append(item)
        if len(items) == most or queue.empty():
            return items
        item = queue.get_nowait()
    if items:
        queue.put_nowait(None)
    return items
