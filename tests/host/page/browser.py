# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Chromium without a window, driven through its DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

websocket = pytest.importorskip("websocket", reason="no websocket-client")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
needs_chromium = pytest.mark.chromium

_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    "--remote-debugging-port=0",
)  # fmt: skip


class Browser:
    """One page in one browser; its console errors are collected in `problems`."""

    def __init__(self, profile: Path) -> None:
        command = [str(CHROMIUM), *_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._numbers = itertools.count(1)
        self.problems: list[str] = []
        port = _wait(lambda: _port(profile), 60, "chromium did not start")
        self._socket = websocket.create_connection(
            _wait(lambda: _target(port), 30, "no page"), suppress_origin=True, timeout=30
        )
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        if event["method"] == "Runtime.exceptionThrown":
            self.problems.append(str(event["params"]["exceptionDetails"]))
        if event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
            self.problems.append(event["params"]["entry"]["text"])

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' || document.images.length > 0")

    def evaluate(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def text(self, element: str) -> str:
        return self.evaluate(f"document.getElementById('{element}').textContent")

    def click(self, element: str) -> None:
        """As a person does: pages may enter full screen on a person's wish only."""
        script = f"document.getElementById('{element}').click()"
        self.call("Runtime.evaluate", expression=script, userGesture=True)

    def wait_for(self, expression: str, seconds: float = 20) -> Any:
        return _wait(lambda: self.evaluate(expression), seconds, f"never true: {expression}")

    def window(self, width: int, height: int, mobile: bool = False) -> None:
        scale = 2 if mobile else 1
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """End the browser and the helper processes that may outlive it and write to its profile."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _wait(ready: Any, seconds: float, complaint: str) -> Any:
    end = time.monotonic() + seconds
    while not (value := ready()):
        assert time.monotonic() < end, complaint
        time.sleep(0.05)
    return value


def _port(profile: Path) -> str | None:
    path = profile / "DevToolsActivePort"
    lines = path.read_text().splitlines() if path.exists() else []
    return lines[0] if lines else None


def _target(port: str) -> str | None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
        pages = [entry for entry in json.load(answer) if entry["type"] == "page"]
    return pages[0]["webSocketDebuggerUrl"] if pages else None
