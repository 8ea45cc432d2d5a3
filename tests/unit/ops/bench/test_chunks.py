import pytest
from unit.loadtests.fake_front import KEY, FakeFront

from loadtests.refused import Refused
from ops.bench.chunks import CHUNK_BYTES, flood

pytestmark = pytest.mark.unit


async def test_candidates_send_without_a_pause_until_the_time_is_over() -> None:
    async with FakeFront() as front:
        calls = await flood(front.url, KEY, ["one", "two"], 3.0)
    assert {take.session for take in front.takes} == {"one", "two"}
    acknowledged = [len(take.acknowledged) for take in front.takes]
    # In real time the first that is sent, chunk 1, would be recorded after four seconds.
    assert all(count >= 1 for count in acknowledged)
    # Requests that were under way when the time was over are not told.
    assert 0 <= sum(acknowledged) - sum(call.name == "complete chunk" for call in calls) <= 2
    assert all(call.media_bytes == CHUNK_BYTES for call in calls if call.name == "upload chunk")
    assert all(call.began - calls[0].began < 6.0 for call in calls)


async def test_the_first_chunk_is_kept_back() -> None:
    async with FakeFront() as front:
        await flood(front.url, KEY, ["one"], 2.0)
    [take] = front.takes
    assert take.acknowledged[0] == 1 and 0 not in take.announced
    assert take.state == "recording"


async def test_a_refusal_ends_it() -> None:
    async with FakeFront() as front:
        front.overload["announce"].append((403, 0))
        with pytest.raises(Refused, match="403"):
            await flood(front.url, KEY, ["one", "two"], 30)
