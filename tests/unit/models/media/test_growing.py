"""Bytes pushed by one thread are read by another, in order, and then forgotten."""

import time
from threading import Thread

import pytest

from models.media.growing import GrowingMedia, MediaAborted

pytestmark = pytest.mark.unit


def test_reads_what_was_pushed_whatever_the_sizes() -> None:
    media = GrowingMedia()
    for chunk in (b"abc", b"", b"defgh"):
        media.push(chunk)
    media.finish()
    assert [media.read(2) for _ in range(5)] == [b"ab", b"c", b"de", b"fg", b"h"]
    assert media.read(2) == media.read(2) == b""


def test_a_reader_waits_for_the_next_chunk() -> None:
    media, read = GrowingMedia(), list[bytes]()
    thread = Thread(target=lambda: read.extend([media.read(10), media.read(10)]))
    thread.start()
    time.sleep(0.05)
    assert read == []
    media.push(b"late")
    media.finish()
    thread.join(5)
    assert read == [b"late", b""]


def test_the_writer_is_told_when_the_reader_has_taken_all() -> None:
    media, waits = GrowingMedia(), list[bytes]()

    def write_more() -> None:
        waits.append(b"")
        media.push(b"later")

    media.push(b"first")
    media.on_wait = write_more
    assert media.read(10) == b"first"
    assert waits == []
    assert media.read(10) == b"later"
    assert waits == [b""]
    media.finish()
    assert media.read(10) == b""
    assert waits == [b""]


def test_nothing_comes_after_the_end() -> None:
    media = GrowingMedia()
    media.finish()
    with pytest.raises(ValueError, match="finished"):
        media.push(b"more")


def test_abort_wakes_the_reader() -> None:
    media, errors = GrowingMedia(), list[Exception]()

    def read() -> None:
        try:
            media.read(10)
        except MediaAborted as error:
            errors.append(error)

    thread = Thread(target=read)
    thread.start()
    media.abort()
    thread.join(5)
    assert len(errors) == 1
