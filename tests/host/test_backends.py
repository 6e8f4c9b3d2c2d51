# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Backends by name; the RTL's failures without a simulation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.simulate.rtl import DeadlockError
from hls.streams.landmarks import STEPS, decode
from host.api.base import Backend, BackendError, Result, Statistics
from host.backends import open_backend
from host.bundle.bundle import Bundle, load_bundle
from host.simulated import offline
from host.simulated.offline import RtlSimulation, cycles_per_frame, latency
from tests.networks import landmark_net, write_test_bundle


@dataclass(frozen=True)
class Fill:
    name: str
    depth: int
    fill: int


@pytest.fixture()
def bundle(tmp_path: Path) -> Bundle:
    (tmp_path / "rtl" / "mem").mkdir(parents=True)
    (tmp_path / "rtl" / "accelerator.sv").write_text("")
    return load_bundle(write_test_bundle(tmp_path, joins={"add": ("skip", "low")}))


def _images(count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 16, 16, 3), dtype=np.uint8)


def test_golden_finds_the_maxima(bundle: Bundle) -> None:
    with open_backend("golden", bundle) as backend:
        result = backend.infer(_images(), heatmaps=True)
        assert backend.infer(_images(2)).heatmaps is None
    assert result.heatmaps.shape == (3, 4, 4, 68)
    assert result.landmarks.shape == (3, 68, 2) and result.scores.shape == (3, 68)
    np.testing.assert_array_equal(result.scores, result.heatmaps.max(axis=(1, 2)))
    positions, _ = decode(result.heatmaps, bundle.decoder)
    np.testing.assert_array_equal(result.landmarks, positions)
    assert positions.min() >= 0 and positions.max() <= 3 * STEPS
    assert backend.statistics.frames == 5 and backend.statistics.seconds > 0
    assert "5 frames" in str(backend.statistics) and "cycles" not in str(backend.statistics)


def test_a_bundle_that_decodes_finds_the_same(bundle: Bundle, tmp_path: Path) -> None:
    decoding = load_bundle(write_test_bundle(tmp_path / "decoding", landmark_net()))
    assert (bundle.decodes, decoding.decodes) == (False, True)
    assert bundle.landmarks == decoding.landmarks == 68
    with open_backend("golden", bundle) as maps, open_backend("golden", decoding) as landmarks:
        expected, found = maps.infer(_images()), landmarks.infer(_images(), heatmaps=True)
    np.testing.assert_array_equal(found.landmarks, expected.landmarks)
    np.testing.assert_array_equal(found.scores, expected.scores)
    assert found.heatmaps is None and found.landmarks.dtype == found.scores.dtype == np.int32


@pytest.mark.parametrize("decode", [False, True])
def test_the_emulator_gives_what_golden_gives(bundle: Bundle, tmp_path: Path, decode: bool) -> None:
    if decode:
        bundle = load_bundle(write_test_bundle(tmp_path / "decoding", landmark_net()))
    with open_backend("golden", bundle) as golden, open_backend("emulator", bundle) as emulator:
        expected, found = (one.infer(_images(), heatmaps=True) for one in (golden, emulator))
        assert emulator.infer(_images(2)).heatmaps is None
    assert emulator.name == "emulator" and emulator.statistics.frames == 5
    np.testing.assert_array_equal(found.landmarks, expected.landmarks)
    np.testing.assert_array_equal(found.scores, expected.scores)
    if decode:
        assert found.heatmaps is None
    else:
        np.testing.assert_array_equal(found.heatmaps, expected.heatmaps)
    assert found.landmarks.dtype == found.scores.dtype == np.int32


def test_golden_runs_where_nothing_compiles(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    notes = []
    with open_backend("emulator", bundle, notes.append) as backend:
        assert backend.name == "golden" and backend.infer(_images(1)).scores.shape == (1, 68)
    assert len(notes) == 1 and "golden model runs instead" in notes[0]
    assert "no-such-compiler" in notes[0]


def test_an_unknown_backend(bundle: Bundle) -> None:
    with pytest.raises(InputError, match="board, rtl, emulator, golden"):
        open_backend("fpga", bundle)


def test_a_bundle_without_rtl(tmp_path: Path) -> None:
    bare = load_bundle(write_test_bundle(tmp_path))
    with pytest.raises(InputError, match="no RTL"):
        open_backend("rtl", bare)


class _Simulator:
    """Stands for the simulation of a design that works."""

    def run(self, frames: list[np.ndarray], **_: object) -> SimpleNamespace:
        count = len(frames[0])
        starts, ends = (
            tuple(100 * n for n in range(count)),
            tuple(100 * n + 249 for n in range(count)),
        )
        heatmaps = np.zeros((count, 4, 4, 68), np.int32)
        return SimpleNamespace(outputs=(heatmaps,), frame_starts=starts, frame_ends=ends)


class _Hanging:
    """Stands for the simulation of a design that hangs."""

    def run(self, frames: list[np.ndarray], **_: object) -> SimpleNamespace:
        error = DeadlockError("nothing moves")
        error.fifos = (Fill("skip", 7, 7), Fill("low", 2, 0))
        raise error


def test_cycles_of_the_rtl(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    designs, notes = [], []

    def build(design, note):
        designs.append(design)
        note("building ...")
        return _Simulator()

    monkeypatch.setattr(offline, "build", build)
    simulation = RtlSimulation(bundle, notes.append)
    run = simulation.simulate(_images(1))
    assert latency(run) == cycles_per_frame(run) == 250
    run = simulation.simulate(_images(3))
    assert latency(run) == 250 and cycles_per_frame(run) == 100
    assert designs[0].top == "accelerator" and designs[0].axis
    assert designs[0].inputs == (bundle.input,) and designs[0].outputs == (bundle.output,)
    assert notes == ["building ...", "simulating 1 frames ...", "simulating 3 frames ..."]


def test_a_deadlock_names_the_fifo(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "build", lambda design, note: _Hanging())
    simulation = RtlSimulation(bundle, print)
    with pytest.raises(InputError, match=r"FIFO skip \(depth 7\)"):
        simulation.simulate(_images())


def test_statistics_of_nothing_and_of_cycles() -> None:
    assert "0 frames" in str(Statistics())
    one = Statistics(frames=1, seconds=1.0, cycles_per_frame=250.0, clock_mhz=100.0)
    assert "latency 250 cycles, 2 us at 100 MHz" in str(one)
    many = Statistics(frames=4, seconds=1.0, cycles_per_frame=100.0, clock_mhz=100.0)
    assert "100 cycles per frame, 1000000 frames/s at 100 MHz" in str(many)


class _Slow(Backend):
    """Gives each image's first pixel as its score, after a while."""

    name = "slow"

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        time.sleep(0.01)
        if images.max() == 255:
            raise BackendError("a frame that cannot be")
        return Result(np.zeros((len(images), 1, 2), np.int32), images[:, 0, 0, :1].astype(np.int32))


def _numbered(*values: int) -> np.ndarray:
    return np.broadcast_to(
        np.array(values, np.uint8)[:, None, None, None], (len(values), 16, 16, 3)
    )


def test_results_come_in_the_order_of_submission(bundle: Bundle) -> None:
    with _Slow(bundle) as backend:
        jobs = [backend.submit(_numbered(value)) for value in range(8)]
        assert [job.result().scores.item() for job in jobs] == list(range(8))
    assert backend.statistics.frames == 8 and backend.statistics.frames_per_second < 120


def test_no_more_than_a_few_submissions_wait(bundle: Bundle) -> None:
    with _Slow(bundle) as backend:
        for _ in range(10):
            backend.submit(_numbered(1, 2))
            assert backend._worker._work_queue.qsize() <= backend.IN_FLIGHT


def test_a_failure_belongs_to_its_own_submission(bundle: Bundle) -> None:
    with _Slow(bundle) as backend:
        jobs = [backend.submit(_numbered(value)) for value in (1, 255, 3)]
        assert jobs[0].result().scores.item() == 1 and jobs[2].result().scores.item() == 3
        with pytest.raises(InputError, match="cannot be"):
            jobs[1].result()


def test_images_that_do_not_fit(bundle: Bundle) -> None:
    with _Slow(bundle) as backend:
        for wrong in (np.zeros((1, 16, 15, 3), np.uint8), np.zeros((1, 16, 16, 3), np.float32)):
            with pytest.raises(InputError, match=r"takes uint8 images of \(16, 16, 3\)"):
                backend.submit(wrong)
        assert backend.infer(_numbered(7)).scores.item() == 7
