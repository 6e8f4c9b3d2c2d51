# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""run_pynq.py --http in a browser, with a real network: for a test, and for README's picture.

`python -m tests.host.page.live_page --bundle DIR --image F --out F.jpg` pans over NASA's
portrait of Eileen Collins, which `make demo` puts into build/demo.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from host.pictures.image_files import read_image
from tests.host.page.browser import Browser
from tests.host.streams import write_video

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def live_page(bundle: Path, video: Path, *more: str) -> Iterator[str]:
    """The address of a page that shows the looped video; stopped with Ctrl-C at the end."""
    command = [sys.executable, "host/run_pynq.py", "--bundle", str(bundle), "--video", str(video)]
    command += ["--loop", "--http", "0", *more]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            lines = iter(process.stderr.readline, "")
            yield next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def screenshot(url: str, path: Path, frames: int) -> str:
    """Save what the browser shows once so many frames are through; the page's faces, in words."""
    # A process that was killed may still be ending: what it leaves in the profile is no fault.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(Path(profile))
        try:
            browser.window(1280, 760)
            browser.open(url)
            count = "document.getElementById('frames').textContent.replace(/\\D/g, '')"
            browser.wait_for(f"Number({count}) >= {frames}", 60)
            browser.screenshot(path)
            assert browser.problems == []
            return browser.text("faces")
        finally:
            browser.close()


def pan(picture: np.ndarray, frames: int = 90) -> list[np.ndarray]:
    """640 x 480 views that swing over a larger RGB picture, smoothly from the last to the first."""
    height, width = picture.shape[:2]
    swing = 0.5 + 0.5 * np.sin(2 * np.pi * np.arange(frames) / frames)
    corners = np.stack([swing * (width - 640), 0.5 * swing * (height - 480)], 1).astype(int)
    return [picture[y : y + 480, x : x + 640] for x, y in corners]


def main() -> None:
    """Make README's picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.host.page.live_page")
    for name in ("bundle", "image", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    whole = cv2.resize(read_image(options.image), (1200, 1200), interpolation=cv2.INTER_CUBIC)
    picture = whole[:540, 180:940]
    with tempfile.TemporaryDirectory() as folder:
        video, still = Path(folder) / "pan.avi", Path(folder) / "page.png"
        write_video(video, pan(picture), 30.0)
        with live_page(options.bundle, video, "--check", "10") as url:
            screenshot(url, still, 300)
        shown = cv2.imread(str(still))
        cv2.imwrite(str(options.out), shown, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
