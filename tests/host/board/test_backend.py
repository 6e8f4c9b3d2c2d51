# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The board's code on a simulated device: every frame right and in order, whatever fails."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hls.common.errors import InputError
from host.api.base import BackendError, Result
from host.backends import open_backend
from host.bundle.bundle import Bundle
from host.golden.model import Golden
from host.pictures.face_box import Square
from host.pictures.landmarks import find_landmarks
from host.simulated.memory import BusError
from tests.host.boards import (
    Script,
    board_bundle,
    images_for,
    simulated_backend,
    write_handoff,
)
from tests.host.golden_chip import GoldenAccelerator
from tests.host.reasons import NO_PYNQ
from tests.networks import hourglass_net, landmark_net

pytest.importorskip("pynq", reason=NO_PYNQ)
pytestmark = pytest.mark.pynq


@pytest.fixture()
def bundle(tmp_path: Path) -> Bundle:
    return board_bundle(tmp_path / "bundle")


def _expected(bundle: Bundle, images: np.ndarray) -> Result:
    return Result.of_output(bundle, Golden(bundle.graph).run(images))


def _same(found: Result, wanted: Result) -> None:
    np.testing.assert_array_equal(found.landmarks, wanted.landmarks)
    np.testing.assert_array_equal(found.scores, wanted.scores)


@pytest.mark.parametrize("arch", ["armv7l", "aarch64"])
def test_frames_of_both_kinds_of_boards(tmp_path: Path, arch: str) -> None:
    bundle = board_bundle(tmp_path / "bundle", arch=arch)
    images = images_for(bundle, 6)
    backend, device = simulated_backend(bundle)
    with backend:
        result = backend.infer(images, heatmaps=True)
        np.testing.assert_array_equal(result.heatmaps, Golden(bundle.graph).run(images))
        assert (min(device.memory.regions) > 2**32) == (arch == "aarch64")
        assert backend.infer(images[:0]).landmarks.shape == (0, 68, 2)
        backend.self_test()
    assert {stage: len(times) for stage, times in backend.stages.items()} == {
        "pack": 8, "hardware": 8, "unpack": 8,
    }  # fmt: skip
    assert backend.statistics.frames == 8 and device.downloads == 1
    assert device.memory.regions == {} and device.dma.send.status & 1


def test_a_bundle_that_decodes(tmp_path: Path) -> None:
    bundle = board_bundle(tmp_path / "bundle", landmark_net())
    images = images_for(bundle, 3)
    with simulated_backend(bundle)[0] as backend:
        _same(backend.infer(images), _expected(bundle, images))


def test_views_of_a_face(bundle: Bundle) -> None:
    image = np.random.default_rng(5).integers(0, 256, (120, 160, 3), np.uint8)
    boxes = [Square(70, 60, 80), Square(90, 50, 40)]
    with simulated_backend(bundle)[0] as backend, open_backend("golden", bundle) as golden:
        pairs = zip(
            find_landmarks(backend, image, boxes, 8),
            find_landmarks(golden, image, boxes, 8),
            strict=True,
        )
        for found, wanted in pairs:
            np.testing.assert_array_equal(found.points, wanted.points)
            np.testing.assert_array_equal(found.scores, wanted.scores)
        assert backend.statistics.frames == 16


def test_results_come_in_order_and_overlap(bundle: Bundle) -> None:
    images = images_for(bundle, 20)
    backend, device = simulated_backend(bundle)
    with backend:
        jobs = [backend.submit(images[n : n + 1]) for n in range(20)]
        found = np.concatenate([job.result().scores for job in jobs])
        np.testing.assert_array_equal(found, _expected(bundle, images).scores)
        # Frames come in while others leave: no cycle is without a beat.
        beats = max(bundle.input.beats, bundle.output.beats)
        assert np.diff(device.dma.ends).max() <= beats


def _slave_error(device: Any) -> None:
    right = device.memory.read

    def refuse(address: int, nbytes: int) -> bytes:
        device.memory.read = right
        raise BusError("refused", decode=False)

    device.memory.read = refuse


def _decode_error(device: Any) -> None:
    device.dma.receive.address = 0x4000


FAULTS = {
    "stop": ("stop", "no output for 0.02 s after frame 6"),
    "early": ("early", "a frame of 1088 bytes came, this bundle's have 2176"),
    "no-last": ("no-last", "internal error: more came than a frame"),
    "slave": (_slave_error, "stopped sending with a slave error"),
    "decode": (_decode_error, "stopped receiving with a decode error"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("single", [False, True])
def test_the_queue_survives_a_fault(bundle: Bundle, name: str, single: bool) -> None:
    fault, words = FAULTS[name]
    images, notes = images_for(bundle, 20), []
    backend, device = simulated_backend(bundle, Script({7: fault}), note=notes.append)
    with backend:
        size = 1 if single else 20
        jobs = [backend.submit(images[n : n + size]) for n in range(0, 20, size)]
        found = np.concatenate([job.result().scores for job in jobs])
        np.testing.assert_array_equal(found, _expected(bundle, images).scores)
    assert len(notes) == 1 and words in notes[0] and "\n" not in notes[0]
    assert "starting again with frame" in notes[0] and device.downloads == 2
    assert backend.statistics.frames == 20 and device.memory.regions == {}


@pytest.mark.parametrize("seed", range(8))
def test_many_faults_in_any_order(bundle: Bundle, seed: int) -> None:
    """Submissions of any size, a fault every few frames: what comes back is right."""
    rng = np.random.default_rng(seed)
    kinds = [fault for fault, _ in FAULTS.values()]
    faults = {int(n): kinds[rng.integers(len(kinds))] for n in rng.choice(40, 6, replace=False) + 1}
    images, notes = images_for(bundle, 30), []
    cuts = np.sort(rng.choice(np.arange(1, 30), 8, replace=False))
    backend, device = simulated_backend(bundle, Script(faults), note=notes.append, attempts=9)
    with backend:
        jobs = [backend.submit(part) for part in np.split(images, cuts)]
        found = np.concatenate([job.result().scores for job in jobs])
    np.testing.assert_array_equal(found, _expected(bundle, images).scores)
    assert 1 <= len(notes) == device.downloads - 1 and device.memory.regions == {}


def test_the_last_frame_without_its_end(bundle: Bundle) -> None:
    """Nothing comes behind it that could fill the buffer: the deadline ends it."""
    images, notes = images_for(bundle, 3), []
    backend, _ = simulated_backend(bundle, Script({3: "no-last"}), note=notes.append)
    with backend:
        _same(backend.infer(images), _expected(bundle, images))
    assert "no output for 0.02 s after frame 2" in notes[0]


@pytest.mark.parametrize(("size", "seen"), [(1, 2), (5, 4)])
def test_a_beat_that_is_lost(bundle: Bundle, size: int, seen: int) -> None:
    """It takes a beat from every later frame, until none comes any more."""
    images, notes = images_for(bundle, 10), []
    backend, _ = simulated_backend(bundle, Script({3: "swallow"}), note=notes.append)
    with backend:
        for start in range(0, 10, size):
            part = images[start : start + size]
            _same(backend.infer(part), _expected(bundle, part))
    assert len(notes) == 1 and f"no output for 0.02 s after frame {seen}" in notes[0]
    assert "may be wrong" not in notes[0]


def test_a_beat_that_is_lost_among_submissions_is_told_of(bundle: Bundle) -> None:
    images, notes = images_for(bundle, 8), []
    backend, _ = simulated_backend(bundle, Script({4: "swallow"}), note=notes.append)
    with backend:
        backend.infer(images[:2])
        with backend._engine._change:
            jobs = [backend.submit(part) for part in (images[2:5], images[5:])]
        _same(jobs[1].result(), _expected(bundle, images[5:]))
    assert len(notes) == 1 and notes[0].endswith("was a beat lost? frames 3 to 5 may be wrong")


def test_a_fault_that_stays_ends_every_submission_in_one_line(bundle: Bundle) -> None:
    images, script = images_for(bundle, 3), Script({3: "stop"}, for_ever=True)
    backend, device = simulated_backend(bundle, script)
    with backend:
        jobs = [backend.submit(images) for _ in range(3)]
        for job in jobs:
            with pytest.raises(BackendError) as caught:
                job.result()
            line = str(caught.value)
            assert "no output for 0.02 s after frame 0, 3 times: switch" in line
            assert "\n" not in line
        assert device.downloads == 3
        script.faults.clear()
        _same(backend.infer(images), _expected(bundle, images))
    assert device.memory.regions == {}


def test_a_cache_that_is_not_invalidated(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, device = simulated_backend(bundle)
    with backend:
        monkeypatch.setattr(device, "invalidate", lambda *_: None)
        with pytest.raises(BackendError, match="cache hides what the DMA wrote"):
            backend.infer(images_for(bundle, 2))


def test_a_cache_that_is_invalidated_in_part(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, device = simulated_backend(bundle)
    right = device.invalidate
    with backend:
        monkeypatch.setattr(device, "invalidate", lambda bo, _, ptr, size: right(bo, 64, ptr, 2048))
        with pytest.raises(BackendError, match="cache hides"):
            backend.infer(images_for(bundle, 2))


def test_a_cache_that_is_not_written_back(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, device = simulated_backend(bundle)
    with backend:
        monkeypatch.setattr(device, "flush", lambda *_: None)
        with pytest.raises(BackendError, match="does not compute this bundle's network"):
            backend.self_test()


def test_other_weights_are_seen_by_the_self_test_alone(tmp_path: Path, bundle: Bundle) -> None:
    other = board_bundle(tmp_path / "other", hourglass_net(seed=7))
    golden = Golden(other.graph)
    backend, _ = simulated_backend(bundle, make=lambda: GoldenAccelerator(other, golden))
    images = images_for(bundle, 2)
    with backend:
        _same(backend.infer(images), _expected(other, images))
        with pytest.raises(BackendError, match=r"bring the overlay\.bit"):
            backend.self_test()


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (
            {"landmarks": 40},
            "a frame of 1280 bytes came, this bundle's have 2176: is the bitstream",
        ),
        ({"size": 8}, "a frame of 544 bytes came, this bundle's have 2176: is the bitstream"),
        ({"size": 32}, "an internal error: more came than a frame"),
    ],
)
def test_the_bitstream_of_another_shape(
    tmp_path: Path, bundle: Bundle, shape: dict[str, int], words: str
) -> None:
    other = board_bundle(tmp_path / "other", hourglass_net(**shape))
    golden = Golden(other.graph)
    backend, _ = simulated_backend(bundle, make=lambda: GoldenAccelerator(other, golden))
    with backend, pytest.raises(BackendError, match=words) as caught:
        backend.infer(images_for(bundle, 5))
    assert "\n" not in str(caught.value)


def test_a_clock_that_is_set_right(bundle: Bundle) -> None:
    write_handoff(bundle.folder / "overlay.hwh", bundle.graph, clock_mhz=25.0)
    backend, device = simulated_backend(bundle)
    with backend:
        control = device.processor.read(0xF800_0170)
        assert (control >> 8 & 63) * (control >> 20 & 63) == 10
        _same(backend.infer(images_for(bundle, 1)), _expected(bundle, images_for(bundle, 1)))


@pytest.mark.filterwarnings("ignore:Setting frequency to the closest")
def test_a_clock_that_cannot_be_set(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    from host.simulated import processor

    boot = {**processor._AFTER_BOOT["armv7l"], 0xF800_0108: 3 << 12}
    monkeypatch.setitem(processor._AFTER_BOOT, "armv7l", boot)
    with pytest.raises(BackendError, match=r"clock is 150 MHz and cannot be set to .* 100 MHz"):
        simulated_backend(bundle)


def test_an_overlay_that_pynq_cannot_read(bundle: Bundle) -> None:
    (bundle.folder / "overlay.hwh").write_text("<EDKSYSTEM/>")
    with pytest.raises(BackendError, match=r"pynq cannot load .*overlay\.bit") as caught:
        simulated_backend(bundle)
    assert "\n" not in str(caught.value)


def test_no_memory(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    from host.simulated.memory import Memory

    right = Memory.allocate

    def allocate(self: Memory, nbytes: int) -> Any:
        if len(self.regions) == 3:
            raise MemoryError("CMA is used up")
        return right(self, nbytes)

    monkeypatch.setattr(Memory, "allocate", allocate)
    with pytest.raises(BackendError, match=r"no memory for the DMA's buffers: .*CMA is used up"):
        simulated_backend(bundle)


def test_a_driver_that_fails_otherwise(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, _ = simulated_backend(bundle)
    session = backend._engine._session

    def broken(slot: int) -> np.ndarray:
        raise KeyError("surprise")

    with backend:
        with monkeypatch.context() as patch:
            patch.setattr(session, "unpack", broken)
            with pytest.raises(BackendError, match="driver failed: KeyError"):
                backend.infer(images_for(bundle, 1))
        _same(backend.infer(images_for(bundle, 1)), _expected(bundle, images_for(bundle, 1)))


def test_a_callback_that_fails_leaves_nobody_waiting(bundle: Bundle) -> None:
    def note(text: str) -> None:
        raise BrokenPipeError("nobody reads")

    images = images_for(bundle, 2)
    backend, _ = simulated_backend(bundle, Script({1: "stop"}), note=note)
    with backend:
        with pytest.raises(BackendError, match="driver failed: BrokenPipeError: nobody reads"):
            backend.submit(images).result(timeout=20)
        _same(backend.infer(images), _expected(bundle, images))
    with pytest.raises(BackendError, match="closed"):
        backend.submit(images)


def test_closing_finishes_what_was_submitted(bundle: Bundle) -> None:
    images, threads = images_for(bundle, 5), threading.active_count()
    backend, device = simulated_backend(bundle)
    job = backend.submit(images)
    backend.close()
    backend.close()
    _same(job.result(timeout=0), _expected(bundle, images))
    assert threading.active_count() == threads and device.memory.regions == {}


def test_images_that_do_not_fit(bundle: Bundle) -> None:
    with simulated_backend(bundle)[0] as backend, pytest.raises(InputError, match="takes uint8"):
        backend.submit(np.zeros((1, 8, 8, 3), np.uint8))
