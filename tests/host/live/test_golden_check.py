# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Comparison with golden in the background: differences are counted, and so is what is skipped."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from host.api.base import Result
from host.bundle.bundle import Bundle, load_bundle
from host.golden.model import Golden
from host.live import golden_check
from host.live.golden_check import Checker
from tests.networks import write_test_bundle


@pytest.fixture()
def bundle(tmp_path: Path) -> Bundle:
    return load_bundle(write_test_bundle(tmp_path))


def _crops(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (1, 16, 16, 3), np.uint8)


def _result(bundle: Bundle, crops: np.ndarray) -> Result:
    return Result.of_output(bundle, Golden(bundle.graph).run(crops))


def test_equal_and_different_frames_are_counted(bundle: Bundle) -> None:
    notes: list[str] = []
    checker = Checker(bundle, 0, notes.append)
    for seed in range(6):
        result = _result(bundle, _crops(seed))
        if seed in (2, 4):
            assert result.heatmaps is not None
            result.heatmaps[0, 3, 1, 5] += 1
        checker.offer(f"frame {seed}", _crops(seed), result)
    checker.close()
    assert (checker.checked, checker.mismatches, checker.skipped) == (6, 2, 0)
    assert str(checker) == "2 of 6 frames differ from golden"
    (line,) = notes
    assert line.startswith("error: check: frame 2 differs from golden, first frame 0 at (1, 3)")


def test_every_nth_frame_is_wanted(bundle: Bundle) -> None:
    for every, wanted in ((0, [0, 1, 2, 3, 4]), (1, [0, 1, 2, 3, 4]), (3, [0, 3])):
        checker = Checker(bundle, every, print)
        assert [index for index in range(5) if checker.wants(index)] == wanted
        checker.close()


def test_a_golden_model_that_cannot_keep_up_skips_frames(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    class Slow(Golden):
        def run(self, images, keep=False):
            assert go.wait(10)
            return super().run(images)

    result = _result(bundle, _crops())
    monkeypatch.setattr(golden_check, "Golden", Slow)
    checker = Checker(bundle, 1, print)
    for index in range(20):
        checker.offer(str(index), _crops(), result)
    go.set()
    checker.close()
    # One at work, or none yet, and a full queue; the rest was skipped.
    assert checker.checked in (golden_check._WAITING, golden_check._WAITING + 1)
    assert checker.checked + checker.skipped == 20
    assert f"{checker.skipped} skipped because golden is slower" in str(checker)


def test_an_error_in_the_background_is_not_lost(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Golden):
        def run(self, images, keep=False):
            raise MemoryError("no memory")

    monkeypatch.setattr(golden_check, "Golden", Broken)
    checker = Checker(bundle, 0, print)
    result = Result(np.zeros((1, 68, 2), np.int32), np.zeros((1, 68), np.int32))
    checker.offer("first", _crops(), result)
    with pytest.raises(MemoryError):
        checker.close()
