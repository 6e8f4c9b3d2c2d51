# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A peer's process answers picture by picture, and says in one line what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bitstream_flow.benchmarks.peers.contestants import Peer
from hls.common.errors import InputError
from tests.bitstream_flow.benchmarks.peers.fakes import DIES, SIDE, fake, missing


def _picture(x: int, y: int) -> np.ndarray:
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[y, x] = 200
    return picture


def test_answers_come_in_order(tmp_path: Path) -> None:
    worker = fake("fake").start(tmp_path)
    assert (worker.version, worker.points) == ("fake 1.0", 2)
    for x, y in ((3, 5), (11, 2)):
        points, seconds = worker.find(_picture(x, y))
        assert points.tolist() == [[x, y], [x, y + 1]]
        assert 0 <= seconds < 5
    assert np.isnan(worker.find(np.zeros((SIDE, SIDE, 3), np.uint8))[0]).all()
    worker.close()
    assert "not for the pipe" in (tmp_path / "fake.log").read_text()


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^dlib: .*no-python: No such file"):
        missing("dlib", tmp_path).start(tmp_path)


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    peer = Peer("dlib", (sys.executable, "-c", "import dlibb"), SIDE, (1.0,))
    with pytest.raises(InputError, match=r"^dlib stopped: ModuleNotFoundError: .*'dlibb'"):
        peer.start(tmp_path)


def test_the_error_is_found_in_nodes_report(tmp_path: Path) -> None:
    report = "at once\nError: Cannot find module 'x'\n    at Module.y\nNode.js v20"
    program = f"import sys; sys.stderr.write({report!r})"
    peer = Peer("face-api.js", (sys.executable, "-c", program), SIDE, (1.0,))
    with pytest.raises(InputError, match=r"stopped: Error: Cannot find module 'x'"):
        peer.start(tmp_path)


def test_one_that_stops_on_the_way_is_an_error(tmp_path: Path) -> None:
    worker = fake("fake", DIES).start(tmp_path)
    with pytest.raises(InputError, match=r"^fake stopped: RuntimeError: out of luck"):
        worker.find(_picture(1, 1))
    worker.close()
