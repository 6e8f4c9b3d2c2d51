# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The live page in a real browser; its screenshots are left below build/page/."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.page.page import Page
from host.page.status import Status
from host.pictures.draw import draw_landmarks
from tests.host.drawn_faces import drawn_face
from tests.host.page.browser import Browser, needs_chromium

pytestmark = needs_chromium
PICTURES = Path(__file__).resolve().parents[3] / "build" / "page"
STAGES = {"capture": 2.1, "detect": 6.4, "crop": 0.6, "network": 3.1, "draw": 1.2, "encode": 2.4}


def _face_points() -> np.ndarray:
    """68 points (x, y) on the features of the drawn face."""
    jaw = np.pi * np.linspace(1, 0, 17)
    across, down = np.linspace(-1, 1, 5), np.array([0, -0.8, -1, -0.8, 0])
    parts = [
        _at(150, 150, 73 * np.cos(jaw), 92 * np.sin(jaw)),
        _at(120, 126, 20 * across, 5 * down),
        _at(180, 126, 20 * across, 5 * down),
        _at(150, 150, np.zeros(4), np.linspace(-18, 18, 4)),
        _at(150, 184, 12 * across, -5 * down),
    ]
    rings = (
        (120, 142, 6, 18, 8),
        (180, 142, 6, 18, 8),
        (150, 212, 12, 26, 9),
        (150, 212, 8, 17, 3),
    )
    for x, y, count, wide, high in rings:
        turn = np.pi + 2 * np.pi * np.arange(count) / count
        parts.append(_at(x, y, wide * np.cos(turn), high * np.sin(turn)))
    return np.concatenate(parts)


def _at(x: int, y: int, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return np.stack([x + across, y + down], 1)


class Show:
    """A thread that shows a moving face at 25 pictures per second."""

    def __init__(self, page: Page) -> None:
        self._page, self.status = page, dict[str, Any]()
        self._frames = itertools.count(1200)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        rng = np.random.default_rng(0)
        while not self._stop.wait(0.04):
            frame = next(self._frames)
            centre = 320 + round(40 * np.sin(frame / 20)), 240
            face = drawn_face(450, (480, 640), centre)
            points = (_face_points() - 150) * 2.25 + centre
            status = Status(
                frames=frame, fps=25.0 + rng.normal(0, 0.2), seconds=frame / 25,
                latency_ms=15.8 + abs(rng.normal(0, 1.5)), backend="board",
                network="face-z1 on Pynq-Z1", faces=1, checked=frame, mismatches=0,
                dropped=3, source="/dev/video0 640x480", stages=STAGES,
            )  # fmt: skip
            self._page.show(draw_landmarks(face, [points]), replace(status, **self.status))

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture()
def live(browser: Browser) -> Iterator[tuple[Page, Show]]:
    with Page("127.0.0.1", 0, "a token") as page:
        show = Show(page)
        yield page, show
        show.close()
        browser.open("about:blank")


def _until(ready: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


def _opened(browser: Browser, page: Page, size: tuple[int, int], mobile: bool = False) -> None:
    browser.open("about:blank")
    browser.problems.clear()
    browser.window(*size, mobile)
    browser.open(page.url)
    browser.wait_for("picture.naturalWidth === 640 && picture.naturalHeight === 480")
    browser.wait_for("latencies.length > 1")


def _fits(browser: Browser) -> bool:
    return browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_picture_and_figures(browser: Browser, live: tuple[Page, Show]) -> None:
    page, _ = live
    _opened(browser, page, (1280, 760))
    frames = browser.text("frames")
    browser.wait_for(f"document.getElementById('frames').textContent !== '{frames}'")
    assert frames.startswith("1,")
    assert browser.text("network") == "face-z1 on Pynq-Z1" and browser.text("backend") == "board"
    # In one evaluation, between two updates of the figures.
    golden, frames = (
        f"document.getElementById('{n}').textContent" for n in ("golden-text", "frames")
    )
    assert browser.evaluate(f"{golden} === `0 of ${{{frames}}} differ`")
    assert float(browser.text("latency")) > 15 and 20 < float(browser.text("fps")) < 30
    assert browser.evaluate("document.querySelectorAll('#stage-rows tr').length") == len(STAGES)
    assert browser.text("link") == "live" and page.viewers == 1
    hidden = "[...document.querySelectorAll('.banner')].every((element) => element.hidden)"
    assert browser.evaluate(hidden)
    assert _fits(browser) and browser.problems == []
    browser.wait_for("latencies.length > 25")
    browser.screenshot(PICTURES / "desktop.png")


def test_the_picture_moves(browser: Browser, live: tuple[Page, Show]) -> None:
    _opened(browser, live[0], (800, 600))
    sample = """(() => {
        const canvas = Object.assign(document.createElement("canvas"), {width: 64, height: 48});
        const paint = canvas.getContext("2d");
        paint.drawImage(picture, 0, 0, 64, 48);
        return paint.getImageData(0, 0, 64, 48).data.join();
    })()"""
    before = browser.evaluate(sample)
    _until(lambda: browser.evaluate(sample) != before)


def test_banners(browser: Browser, live: tuple[Page, Show]) -> None:
    page, show = live
    _opened(browser, page, (1280, 760))
    show.status = {"mismatches": 2, "message": "The camera gives no pictures: is it plugged in?"}
    browser.wait_for("!mismatch.hidden && !message.hidden")
    assert "2 of 1," in browser.text("golden-text")
    assert browser.evaluate("golden.className") == "golden bad"
    assert browser.evaluate("message.textContent") == show.status["message"]
    assert browser.evaluate("mismatch.closest('[aria-live=polite]') !== null")
    browser.screenshot(PICTURES / "mismatch.png")
    show.status = {"checked": 0, "message": None}
    browser.wait_for("mismatch.hidden && message.hidden")
    assert browser.text("golden-text") == "not checked"
    assert browser.evaluate("golden.className").strip() == "golden"


@pytest.mark.parametrize("size", [(390, 844), (844, 390), (820, 1180)], ids=str)
def test_on_a_phone(browser: Browser, live: tuple[Page, Show], size: tuple[int, int]) -> None:
    page, show = live
    show.status = {"checked": None}
    _opened(browser, page, size, mobile=True)
    browser.wait_for("latencies.length > 8")
    browser.screenshot(PICTURES / f"phone-{size[0]}x{size[1]}.png")
    assert _fits(browser) and browser.problems == []
    box = browser.evaluate(
        "(({width, height}) => [width, height])(picture.getBoundingClientRect())"
    )
    assert box[0] > size[0] * 0.6 and box[1] > min(size) * 0.6
    keys = (
        "[...document.querySelectorAll('button:not([hidden]), .button')].every("
        "(key) => key.getBoundingClientRect().height >= 40 && key.tabIndex === 0)"
    )
    assert browser.evaluate(keys)


def test_full_screen(browser: Browser, live: tuple[Page, Show]) -> None:
    _opened(browser, live[0], (800, 600))
    for full in ("true", "false"):
        browser.click("full")
        browser.wait_for(f"String(document.fullscreenElement === view) === '{full}'")
        browser.wait_for(f"full.getAttribute('aria-pressed') === '{full}'")


def test_comes_back_after_the_server(browser: Browser) -> None:
    with Page("127.0.0.1", 0, "a token") as page:
        show = Show(page)
        _opened(browser, page, (1280, 760))
        port = page._server.server_address[1]
        show.close()
    browser.wait_for("!lost.hidden && view.classList.contains('stale')")
    assert browser.evaluate("lost.textContent") == "Connection lost. Trying again."
    assert browser.text("link") == "not connected"
    browser.screenshot(PICTURES / "lost.png")
    with Page("127.0.0.1", int(port), "a token") as page:
        show = Show(page)
        browser.wait_for("lost.hidden && !view.classList.contains('stale')")
        _until(lambda: page.viewers == 1)
        show.close()
    with Page("127.0.0.1", int(port), "another token"):
        browser.wait_for("lost.textContent.startsWith('Access refused')")


def test_a_page_that_leaves_frees_its_place(browser: Browser, live: tuple[Page, Show]) -> None:
    page, _ = live
    _opened(browser, page, (800, 600))
    browser.open("about:blank")
    _until(lambda: page.viewers == 0, 5)


def test_a_hidden_page_asks_for_nothing(browser: Browser, live: tuple[Page, Show]) -> None:
    page, _ = live
    _opened(browser, page, (800, 600))
    hide = "Object.defineProperty(document, 'hidden', {configurable: true, value: %s});"
    browser.evaluate(hide % "true" + "document.dispatchEvent(new Event('visibilitychange'))")
    _until(lambda: page.viewers == 0, 5)
    browser.evaluate(hide % "false" + "document.dispatchEvent(new Event('visibilitychange'))")
    _until(lambda: page.viewers == 1, 5)
