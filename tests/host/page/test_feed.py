# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The live page's stream: every viewer gets the newest picture, and none holds up another."""

from __future__ import annotations

import itertools
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from host.page import feed as feed_module
from host.page.feed import MOST_VIEWERS
from host.page.page import Page
from host.page.status import Status
from host.page.viewer import Viewing, arrivals, table, watch, watch_together

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture()
def page() -> Iterator[Page]:
    with Page("127.0.0.1", 0, stream_fps=200) as page:
        yield page


class Shower:
    """Shows pictures of noise, numbered by their status, until it is left."""

    def __init__(self, page: Page, fps: float, shape: tuple[int, int] = (480, 640)) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (4, *shape, 3), np.uint8)
        self._pictures = itertools.cycle([cv2.GaussianBlur(image, (0, 0), 3) for image in noise])
        self._page, self._fps = page, fps
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.shown = 0
        self.costs: list[float] = []

    def _run(self) -> None:
        while not self._stop.wait(1 / self._fps):
            start = time.monotonic()
            self._page.show(next(self._pictures), Status(), start)
            self.costs.append(time.monotonic() - start)
            self.shown += 1

    def __enter__(self) -> Shower:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _connect(page: Page, receive_bytes: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", int(page.url.split(":")[-1].split("/")[0])))
    connection.sendall(b"GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


def _until(ready: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)


def _threads() -> set[threading.Thread]:
    return {t for t in threading.enumerate() if t.name.startswith("page-") and t.is_alive()}


def test_pictures_come_whole_and_in_order(page: Page) -> None:
    colours = [(200, 40, 20), (10, 180, 60), (30, 30, 220)]
    stream = arrivals(page.url)
    for number, colour in enumerate(colours, 1):
        picture = np.zeros((48, 64, 3), np.uint8)
        picture[:] = colour
        page.show(picture, Status(), float(number))
        arrival = next(stream)
        assert (arrival.number, arrival.captured) == (number, number)
        decoded = cv2.imdecode(np.frombuffer(arrival.jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        assert decoded.shape == (48, 64, 3) and np.abs(decoded - np.array(colour)).max() < 8
    assert page.viewers == 1
    stream.close()
    _until(lambda: page.viewers == 0)


def test_the_newest_picture_greets_a_viewer(page: Page) -> None:
    for number in (1, 2, 3):
        page.show(np.zeros((8, 8, 3), np.uint8), Status())
        for _ in range(2):
            stream = arrivals(page.url)
            assert next(stream).number == number
            stream.close()
            _until(lambda: page.viewers == 0)


def test_one_encoding_for_all_and_none_for_nobody(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    encode = feed_module.encode
    monkeypatch.setattr(
        feed_module,
        "encode",
        lambda *given: encoded.append(1) or encode(*given),  # type: ignore[func-returns-value]
    )
    with Shower(page, 50, (48, 64)) as shower:
        time.sleep(0.3)
        assert encoded == []
        streams = [arrivals(page.url) for _ in range(4)]
        numbers = [[next(stream).number for _ in range(10)] for stream in streams]
        assert page.viewers == 4
        for stream in streams:
            stream.close()
    different = len({number for seen in numbers for number in seen})
    assert different <= len(encoded) <= shower.shown


def test_four_viewers_get_nearly_all(page: Page) -> None:
    with Shower(page, 20) as shower:
        viewings = watch_together(page.url, 4, 3.0)
    assert shower.shown > 40
    for viewing in viewings:
        assert viewing.pictures > 5 * viewing.missed and viewing.pictures > 15
        assert 0 < viewing.latency(50) < 500 and viewing.bytes > 1000 * viewing.pictures
    text = table(viewings)
    assert text.count("\n") == 4 and "all viewers: " in text


def test_a_viewer_that_reads_nothing_slows_nobody(page: Page) -> None:
    stuck = [_connect(page, 4096) for _ in range(3)]
    _until(lambda: page.viewers == 3)
    with Shower(page, 25) as shower:
        viewing = watch(page.url, 2.0)
        assert page.viewers >= 3
    assert viewing.pictures > 4 * viewing.missed
    # Handing a picture over costs less than a millisecond, whatever viewers do.
    assert statistics.median(shower.costs) < 0.001
    for connection in stuck:
        connection.close()
    _until(lambda: page.viewers == 0)


def test_a_slow_viewer_sees_new_pictures(page: Page) -> None:
    """What waits for a slow viewer is a few pictures, not seconds of them."""
    connection = _connect(page, 4096)
    with Shower(page, 50):
        time.sleep(2)
        stream = connection.makefile("rb")
        ages = []
        for line in stream:
            if line.startswith(b"X-Capture-Time"):
                ages.append(time.monotonic() - float(line.split()[1]))
            if len(ages) == 30:
                break
    stream.close()
    connection.close()
    waited = sum(age > 1.0 for age in ages)
    assert waited <= 12 and min(ages) < 0.3


def test_stream_rate_is_limited() -> None:
    with Page("127.0.0.1", 0, stream_fps=10) as page, Shower(page, 60, (48, 64)):
        viewing = watch(page.url, 3.0)
    assert 3 < viewing.pictures_per_second < 11.5 and viewing.missed > viewing.pictures


def test_a_browser_that_goes_while_nothing_moves(page: Page) -> None:
    page.show(np.zeros((8, 8, 3), np.uint8), Status())
    connection = _connect(page)
    _until(lambda: page.viewers == 1)
    connection.close()
    _until(lambda: page.viewers == 0, 3)
    _until(lambda: len(_threads()) == 2, 3)


def test_too_many_viewers(page: Page) -> None:
    connections = [_connect(page) for _ in range(MOST_VIEWERS)]
    _until(lambda: page.viewers == MOST_VIEWERS)
    with pytest.raises(InputError, match=f"answers 503: all {MOST_VIEWERS} places are taken"):
        next(arrivals(page.url))
    connections.pop().close()
    _until(lambda: page.viewers < MOST_VIEWERS)
    page.show(np.zeros((8, 8, 3), np.uint8), Status())
    assert next(arrivals(page.url)).number == 1
    for connection in connections:
        connection.close()


def test_too_many_connections(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host.page.server._MOST_CONNECTIONS", 3)
    connections = [_connect(page) for _ in range(3)]
    _until(lambda: page.viewers == 3)
    with pytest.raises(InputError, match="no live page at"):
        next(arrivals(page.url))
    connections.pop().close()
    _until(lambda: page.viewers == 2)
    for connection in connections:
        connection.close()


def test_close_ends_all_threads(capfd: pytest.CaptureFixture[str]) -> None:
    before = _threads()
    page = Page("127.0.0.1", 0)
    with Shower(page, 30):
        watching = _connect(page)
        stuck = _connect(page, 4096)
        silent = socket.create_connection(watching.getpeername())
        _until(lambda: page.viewers == 2 and len(_threads() - before) == 5)
        time.sleep(0.5)
        start = time.monotonic()
        page.close()
        assert time.monotonic() - start < 3
        assert _threads() == before and page.viewers == 0
    page.close()
    page.show(np.zeros((8, 8, 3), np.uint8), Status())
    for connection in (watching, stuck, silent):
        connection.close()
    assert capfd.readouterr().err == ""


def test_the_port_is_free_again(page: Page) -> None:
    port = int(page.url.split(":")[-1].split("/")[0])
    page.show(np.zeros((8, 8, 3), np.uint8), Status())
    stream = arrivals(page.url)
    next(stream)
    page.close()
    assert list(stream) == []
    Page("127.0.0.1", port).close()


def test_a_page_that_closes_before_the_first_picture(page: Page) -> None:
    threading.Timer(0.5, page.close).start()
    with pytest.raises(InputError, match="hung up before the first picture"):
        watch(page.url, 1.0)


def test_token_of_the_viewer() -> None:
    with Page("127.0.0.1", 0, "se cret") as page:
        page.show(np.zeros((8, 8, 3), np.uint8), Status())
        assert next(arrivals(page.url)).number == 1
        with pytest.raises(InputError, match="answers 403: this page needs its token"):
            next(arrivals(page.url.split("?")[0]))


@pytest.mark.parametrize(
    "url",
    ["localhost:8000", "https://localhost/", "http://", "/x", "http://h:99999/", "http://[::1/"],
)
def test_not_the_address_of_a_page(url: str) -> None:
    with pytest.raises(InputError, match="is no address of a live page"):
        next(arrivals(url))


def test_latencies_of_a_viewing() -> None:
    viewing = Viewing(2.0, 4096, 1, (10.0, 20.0, 30.0, 40.0, 50.0))
    assert viewing.pictures_per_second == 2.0
    assert viewing.latency(50) == 30.0 and viewing.latency(90) == 46.0
    assert str(viewing).startswith("  2.00 pictures/s, 1 of 6 missed, latency ms p50 30.0")


def test_viewers_from_the_command_line(page: Page) -> None:
    command = [sys.executable, "-m", "host.page.viewer", page.url, "--viewers", "2"]
    with Shower(page, 20, (48, 64)):
        run = subprocess.run(
            [*command, "--seconds", "1"], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("viewer ") == 2 and "all viewers: " in run.stdout
    page.close()
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1 and run.stderr.count("\n") == 1
    assert "error: no live page at" in run.stderr
