# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The whole way: a video through run_pynq.py and a real network to a browser's window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hls.common.folders import build_root
from host.pictures.image_files import read_image
from tests.host.drawn_faces import drawn_face, needs_cascade
from tests.host.page.browser import needs_chromium
from tests.host.page.live_page import ROOT, live_page, screenshot
from tests.host.streams import write_video

BUNDLE = build_root() / "face-tiny-Pynq-Z1" / "bundle"


@needs_chromium
@needs_cascade
@pytest.mark.skipif(not BUNDLE.is_dir(), reason="needs make bitstream CONFIG=face-tiny")
def test_the_browser_shows_landmarks_on_a_face(tmp_path: Path) -> None:
    faces = [drawn_face(220, (480, 640), (300 + i, 220)) for i in range(40)]
    video, still = write_video(tmp_path / "face.avi", faces), ROOT / "build" / "page" / "live.png"
    with live_page(BUNDLE, video, "--check", "5", "--backend", "golden") as url:
        assert screenshot(url, still, 60) == "1"
    # The drawn face is grey: what has colours was drawn on it.
    shown = read_image(still)[60:690, 15:800]
    coloured = np.ptp(shown.astype(int), axis=2) > 60
    assert coloured.sum() > 1000
    assert np.ptp(np.argwhere(coloured), axis=0).min() > 100
