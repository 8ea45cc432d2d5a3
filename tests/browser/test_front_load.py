"""What a recording costs the front: a few small requests, and none of the recording itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from browser_seat import one_question, take_seat
from light_front import LightFront
from recorded import fetched

from loadtests.client import Client
from loadtests.script import load_script

pytestmark = pytest.mark.browser

RECORDED_S = 21
# A chunk of three seconds is announced and completed: 40 requests a minute, and a few for what else is told.
MOST_PER_MINUTE = 48
# A picture and a spoken sentence of the device check are looked at, and never kept.
LOOKED_AT = ("/device-check/picture", "/device-check/speech")


def test_no_media_and_few_requests(client: Client, new_context: Any, front: LightFront, screenshots: Path) -> None:
    front.exchanges.clear()
    seat = take_seat(client, new_context, one_question(load_script("en")))
    seat.candidate.practises = False
    seat.open("answering")
    seat.candidate.start_recording()
    before = len(front.exchanges)
    seat.listen(RECORDED_S)
    during = [
        exchange
        for exchange in front.exchanges[before:]
        if seat.session_id in exchange.path or "/takes/" in exchange.path
    ]
    seat.candidate.stop_recording()
    seat.candidate.use()
    seat.candidate.go_on("done")

    per_minute = 60 * len(during) / RECORDED_S
    recording = len(fetched(client, seat.answers()[0]["answer_take_id"]))
    of_the_page = [exchange for exchange in front.exchanges if not exchange.path.endswith(LOOKED_AT)]
    largest = max(exchange.received for exchange in of_the_page)
    figures = {
        "requests_per_candidate_minute": round(per_minute, 1),
        "recording_bytes": recording,
        "largest_body_to_the_front": largest,
        "device_check_bytes": sum(exchange.received for exchange in front.exchanges if exchange not in of_the_page),
    }
    (screenshots / "front-load.json").write_text(json.dumps(figures, indent=1))
    print(figures)
    assert 0 < per_minute < MOST_PER_MINUTE
    media = [one for one in of_the_page if one.received and one.content_type.startswith(("video/", "audio/", "image/"))]
    assert media == []
    assert largest < 4096 and recording > 200_000
    assert not any(one.sent > 200_000 for one in of_the_page)
