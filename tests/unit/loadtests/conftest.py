"""A front to play to, and chunks to play."""

from collections.abc import AsyncIterator

import pytest
from unit.loadtests.fake_front import FakeFront

from loadtests.chunks import Chunk


@pytest.fixture
async def front() -> AsyncIterator[FakeFront]:
    async with FakeFront() as front:
        yield front


@pytest.fixture
def chunks() -> list[Chunk]:
    """Six chunks of two seconds. Their bytes are no recording: no front looks into them."""
    return [Chunk(number, 2.0 * (number + 1), bytes([number]) * 200_000) for number in range(6)]
