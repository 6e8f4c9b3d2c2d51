# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The page's benchmark: a short run of it, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hls.common.errors import InputError
from host import page_bench
from tests.host.streams import numbered_video
from tests.networks import write_test_bundle


def test_what_two_viewers_see(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = write_test_bundle(tmp_path / "bundle")
    video = numbered_video(tmp_path / "v.avi", 10)
    run = ["--bundle", str(bundle), "--video", str(video), "--backend", "golden"]
    assert page_bench.main([*run, "--viewers", "2", "--seconds", "1", "--rate", "20"]) == 0
    out = capsys.readouterr().out
    assert len(re.findall(r"^viewer \d: .* pictures/s", out, re.MULTILINE)) == 2
    assert "backend golden" in out and "latency p50" in out


@pytest.mark.parametrize("wrong", [["--viewers", "0"], ["--seconds", "0"], ["--rate", "1000"]])
def test_what_cannot_be_measured(wrong: list[str]) -> None:
    with pytest.raises(InputError, match="at least one viewer"):
        page_bench.main(["--video", "v.avi", *wrong])
