"""What happens to people while they record: nothing acknowledged is lost, and what arrives plays without gaps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from browser_seat import Seat, one_question, take_seat
from failing_s3 import FailingS3
from playwright.sync_api import Dialog, Locator, expect
from recorded import Recorded

from frontends.candidate.texts import texts
from loadtests.client import Client
from loadtests.script import load_script

pytestmark = pytest.mark.browser

OFFLINE_S = 60
S3_FAILS_S = 30
MUTED_WITHIN_MS = 5_000
WORDS = texts("en")
# What a browser says when a request of the page does not get through.
UNREACHED = ("net::ERR_", "blocked by CORS policy", "status of 503")

# The streams that the page has opened, for a test to break.
STREAMS = """(() => {
    globalThis.streams = [];
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async wanted => {
        const stream = await open(wanted);
        streams.push(stream);
        return stream;
    };
})()"""
# Browsers tell the page of a camera that is unplugged by "ended"; stopping the track alone tells nobody.
UNPLUG = "kind => streams.at(-1).getTracks().filter(track => track.kind === kind).forEach(\
    track => (track.stop(), track.dispatchEvent(new Event('ended'))))"
MUTE = "streams.at(-1).getAudioTracks().forEach(track => (track.enabled = false))"
# As WebKitGTK records pictures without the encoders that it needs.
RECORDS_NO_PICTURES = """(() => {
    globalThis.MediaRecorder = class extends MediaRecorder {
        set ondataavailable(tell) {
            const nothing = new BlobEvent("dataavailable", { data: new Blob() });
            super.ondataavailable = event => tell(this.stream.getVideoTracks().length ? nothing : event);
        }
    };
})()"""
RECORDS_NOTHING = RECORDS_NO_PICTURES.replace("this.stream.getVideoTracks().length ? nothing : event", "nothing")
SCREEN_LOCKS = """(() => {
    globalThis.locks = 0;
    Object.defineProperty(navigator, "wakeLock", { value: { request: async () => {
        locks += 1;
        return { release: async () => { locks -= 1; } };
    } } });
})()"""
WRONG_CLOCK = """(() => {
    const Right = Date, wrong = 24 * 3600 * 1000;
    globalThis.Date = class extends Right {
        constructor(...given) { given.length ? super(...given) : super(Right.now() + wrong); }
        static now() { return Right.now() + wrong; }
    };
})()"""


@pytest.fixture
def recording(client: Client, new_context: Any) -> Callable[..., Seat]:
    """Seats a candidate, who is then recording the answer to the only question. `scripts` run before the page's own."""

    def begin(
        *scripts: str, throttle: dict[str, Any] | None = None, begins_by_itself: bool = False, **interview: Any
    ) -> Seat:
        seat = take_seat(client, new_context, one_question(load_script("en")), **interview)
        seat.candidate.practises = False
        seat.prepare()
        for script in scripts:
            seat.context.add_init_script(script)
        if throttle:
            network = seat.context.new_cdp_session(seat.page)
            network.send("Network.enable")
            network.send("Network.emulateNetworkConditions", throttle)
        seat.open("answering")
        if begins_by_itself:
            seat.candidate.button("answering.stop").wait_for()
        else:
            seat.candidate.start_recording()
        return seat

    return begin


def said(seat: Seat, key: str) -> Locator:
    """Where the page says something, up to its first place to fill in."""
    return seat.page.get_by_text(WORDS[key].partition("{")[0], exact=False).locator("visible=true").first


def end(seat: Seat, longer_than: float, kept: dict[str, set[int]] | None = None) -> Recorded:
    """Stop, submit, and look at what arrived: as long as it was, without a gap, and all that was acknowledged in it."""
    seat.candidate.stop_recording()
    seat.candidate.use()
    return submitted(seat, longer_than, kept)


def submitted(seat: Seat, longer_than: float, kept: dict[str, set[int]] | None = None) -> Recorded:
    expect(seat.page.locator('[data-screen="answering-review"], [data-screen="done"]')).to_be_visible()
    seat.candidate.go_on("done")
    assert seat.session()["state"] == "submitted"
    now = seat.acknowledged()
    for take, chunks in (kept or {}).items():
        assert chunks <= now[take], f"acknowledged and lost: {chunks - now[take]}"
    answer = seat.recorded(1)
    assert answer.gaps == [], answer
    assert answer.seconds > longer_than, answer
    return answer


def test_offline_while_recording(recording: Callable[..., Seat]) -> None:
    seat = recording()
    seat.watch.expected += UNREACHED
    seat.listen(7)
    kept = seat.acknowledged()
    assert any(kept.values())
    seat.context.set_offline(True)
    expect(said(seat, "shell.offline")).to_be_visible()
    seat.listen(OFFLINE_S)
    expect(said(seat, "answering.recording")).to_be_visible()
    assert seat.acknowledged() == kept
    seat.context.set_offline(False)
    expect(said(seat, "shell.offline")).to_be_hidden()
    end(seat, OFFLINE_S + 7, kept)


def test_stopped_while_offline_is_not_called_saved(recording: Callable[..., Seat]) -> None:
    seat = recording()
    seat.watch.expected += UNREACHED
    seat.listen(4)
    seat.context.set_offline(True)
    seat.listen(4)
    seat.candidate.stop_recording()
    expect(said(seat, "upload.offline.one").or_(said(seat, "upload.offline.other"))).to_be_visible()
    expect(said(seat, "upload.saved")).to_be_hidden()
    seat.context.set_offline(False)
    expect(said(seat, "upload.saved")).to_be_visible()
    seat.candidate.use()
    submitted(seat, 7)


def test_s3_fails_for_a_while(recording: Callable[..., Seat], s3: FailingS3) -> None:
    seat = recording()
    seat.watch.expected += UNREACHED
    seat.listen(4)
    kept = seat.acknowledged()
    refused, _ = s3.refused, s3.fails.set()
    try:
        seat.listen(S3_FAILS_S)
    finally:
        s3.fails.clear()
    assert s3.refused > refused
    end(seat, S3_FAILS_S + 4, kept)


def test_reload_while_recording(recording: Callable[..., Seat]) -> None:
    seat = recording()
    # Requests that the reload breaks off.
    seat.watch.expected += ["net::ERR_"]
    seat.listen(8)
    kept = seat.acknowledged()
    seat.page.reload()
    seat.candidate.go_on("answering")
    expect(said(seat, "answering.interrupted")).to_be_visible()
    seat.candidate.press("answering.keep")
    # What the browser had not handed over yet is lost with the page: one chunk at most.
    submitted(seat, 8 - 3, kept)


def test_a_second_device_takes_over(recording: Callable[..., Seat], new_context: Any) -> None:
    first = recording()
    first.watch.expected += ["status of 409"]
    first.listen(8)
    kept = first.acknowledged()
    context, watch = new_context()
    second = Seat(first.client, first.url, first.session_id, context, watch, context.new_page(), first.candidate)
    second.candidate = type(first.candidate)(second.page, first.candidate.speak)
    second.open("answering")
    expect(first.page.get_by_role("heading", level=1, name=WORDS["replaced.heading"])).to_be_visible()
    second.candidate.press("answering.keep")
    submitted(second, 3, kept)


@pytest.mark.parametrize("back_to", ["keep", "again"])
def test_the_microphone_is_unplugged(recording: Callable[..., Seat], back_to: str) -> None:
    seat = recording(STREAMS)
    seat.listen(7)
    kept = seat.acknowledged()
    seat.page.evaluate(UNPLUG, "audio")
    expect(seat.candidate.either("answering.use_last")).to_be_visible()
    if back_to == "keep":
        seat.candidate.use()
        submitted(seat, 6, kept)
    else:
        seat.candidate.press("answering.again")
        seat.candidate.button("answering.stop").wait_for()
        seat.listen(4)
        end(seat, 4, kept)


def test_the_camera_is_unplugged(recording: Callable[..., Seat]) -> None:
    seat = recording(STREAMS)
    seat.listen(6)
    kept = seat.acknowledged()
    seat.page.evaluate(UNPLUG, "video")
    expect(said(seat, "answering.trouble.video.lost")).to_be_visible()
    seat.listen(6)
    assert end(seat, 12, kept).pictures > 20


def test_the_microphone_is_muted(recording: Callable[..., Seat]) -> None:
    seat = recording(STREAMS)
    seat.listen(3)
    expect(said(seat, "answering.trouble.audio.silent")).to_be_hidden()
    seat.page.evaluate(MUTE)
    expect(said(seat, "answering.trouble.audio.silent")).to_be_visible(timeout=MUTED_WITHIN_MS)
    end(seat, 6)


def test_a_clock_that_is_wrong_by_a_day(recording: Callable[..., Seat]) -> None:
    seat = recording(WRONG_CLOCK)
    assert seat.page.evaluate("Date.now()") / 1000 > (datetime.now(UTC) + timedelta(hours=23)).timestamp()
    seat.listen(6)
    left = seat.page.locator('[data-slot="own-time"]').inner_text()
    assert any(f"{minutes}:" in left for minutes in (28, 29)), left
    end(seat, 6)


def test_a_slow_upload(recording: Callable[..., Seat]) -> None:
    slow = {"offline": False, "latency": 200, "downloadThroughput": 1e6, "uploadThroughput": 300_000 / 8}
    seat = recording(throttle=slow)
    seat.listen(10)
    answer = end(seat, 10)
    assert answer.pictures > 20


def test_the_time_ends_while_answering(client: Client, recording: Callable[..., Seat]) -> None:
    """The interview closes: what was recorded until then is submitted by itself."""
    closes = datetime.now(UTC) + timedelta(seconds=40)
    seat = recording(closes_at=closes.isoformat())
    began = datetime.now(UTC)
    assert began < closes - timedelta(seconds=5), "this machine is too slow for this test"
    expect(seat.page.locator('[data-screen="done"]')).to_be_visible(timeout=60_000)
    submitted(seat, (closes - began).total_seconds() - 2)


def test_an_answer_begins_and_ends_by_itself(recording: Callable[..., Seat]) -> None:
    script = one_question(load_script("en"))
    question = script.answers[0].question | {"time_limit_s": 10}
    seat = recording(questions=[question], reading_s=3, begins_by_itself=True)
    expect(seat.candidate.button("answering.use_last")).to_be_visible()
    seat.candidate.use()
    assert submitted(seat, 8).seconds < 11


def test_a_browser_that_records_no_pictures_is_found_out_by_the_device_check(client: Client, new_context: Any) -> None:
    seat = take_seat(client, new_context, one_question(load_script("en")))
    seat.context.add_init_script(RECORDS_NO_PICTURES)
    seat.candidate.practises = False
    seat.open("devices")
    seat.candidate.press("devices.start")
    expect(said(seat, "devices.browser.sound_alone")).to_be_visible()
    seat.candidate.press("devices.continue")
    expect(seat.page.locator('[data-screen="practice"]')).to_be_visible()
    seat.candidate.go_on("answering")
    seat.candidate.start_recording()
    seat.listen(5)
    assert end(seat, 5).pictures == 0


def test_a_browser_that_records_nothing_is_told_before_anything_is_answered(client: Client, new_context: Any) -> None:
    seat = take_seat(client, new_context, one_question(load_script("en")))
    seat.context.add_init_script(RECORDS_NOTHING)
    seat.open("devices")
    seat.candidate.press("devices.start")
    expect(seat.page.get_by_role("alert").filter(has_text=WORDS["devices.problem.unsupported"])).to_be_visible()
    expect(seat.candidate.button("devices.continue")).to_be_hidden()


def test_a_recording_that_stays_empty_is_told_soon_and_the_next_is_of_sound_alone(
    recording: Callable[..., Seat],
) -> None:
    seat = recording(RECORDS_NO_PICTURES)
    expect(said(seat, "answering.nothing.sound_alone")).to_be_visible()
    assert all(answer["answer_take_id"] is None for answer in seat.answers())
    seat.candidate.press("answering.retry")
    seat.candidate.button("answering.stop").wait_for()
    seat.listen(5)
    assert end(seat, 5).pictures == 0
    assert seat.answers()[0]["takes_left"] == 1


def test_the_screen_stays_on_and_nobody_leaves_by_mistake(recording: Callable[..., Seat]) -> None:
    seat, asked = recording(SCREEN_LOCKS), list[str]()
    seat.listen(4)
    assert seat.page.evaluate("locks") == 1

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    seat.page.on("dialog", stay)
    seat.page.evaluate("location.reload()")
    seat.listen(1)
    assert asked == ["beforeunload"]
    end(seat, 4)
    # Submitted: the screen may go dark, and the page may go.
    seat.page.wait_for_function("locks === 0")
    seat.page.reload()
    seat.page.locator('section[data-screen="done"]').wait_for()
    assert asked == ["beforeunload"]
