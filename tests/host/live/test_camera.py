# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A camera on the network, through OpenCV itself: its connection breaks and comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import pytest

from host.live import camera
from host.live.camera import Camera
from host.live.stop import Stop
from tests.host.streams import numbered


class _Mjpeg(BaseHTTPRequestHandler):
    """Sends pictures as MJPEG until `broken` is set."""

    broken = threading.Event()
    connections = 0

    def do_GET(self) -> None:
        type(self).connections += 1
        if self.broken.is_set():
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
        self.end_headers()
        for index in range(2000):
            jpeg = cv2.imencode(".jpg", numbered(index % 60))[1].tobytes()
            head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            self.wfile.write(head.encode() + jpeg + b"\r\n")
            if self.broken.wait(0.01):
                return

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture()
def server() -> Iterator[str]:
    _Mjpeg.broken.clear()
    _Mjpeg.connections = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), _Mjpeg) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/stream.mjpg"
        _Mjpeg.broken.set()
        http.shutdown()


def test_a_network_camera_that_goes_away_and_comes_back(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "_BACK_OFF", (0.1, 0.2))
    stop, messages, shapes = Stop(), set(), set()
    limit = time.monotonic() + 60
    with Camera(server) as source:
        for frame in source.frames(stop):
            assert time.monotonic() < limit
            messages.add(source.message)
            if source.message:
                _Mjpeg.broken.clear()
            if frame is None:
                continue
            shapes.add(frame.image.shape)
            if frame.index == 5:
                _Mjpeg.broken.set()
            if _Mjpeg.connections > 1 and frame.index > 12 and not source.message:
                stop.request()
    assert shapes == {(48, 64, 3)}
    assert messages == {"", f"camera {server} lost, reconnecting"}
    assert _Mjpeg.connections >= 2
