# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The self-test passes what works and names what does not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from host.api.base import Backend, BackendError, Result
from host.bundle.bundle import Bundle
from host.golden.backend import GoldenBackend
from host.pictures.image_files import write_png
from host.selftest import __main__ as selftest
from host.selftest import checks
from host.selftest.checks import CHECKS
from tests.host.drawn_faces import drawn_face, needs_cascade
from tests.networks import landmark_net, write_test_bundle

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture()
def bundle(tmp_path: Path) -> Path:
    return write_test_bundle(tmp_path / "bundle")


def _report(
    capsys: pytest.CaptureFixture[str], bundle: Path, *arguments: str
) -> tuple[int, dict[str, dict]]:
    """Exit status and steps by name of a quick self-test."""
    quick = ["--bundle", str(bundle), "--frames", "5", "--seconds", "0.1", "--json"]
    status = selftest.main([*quick, *arguments])
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] == (status == 0)
    steps = {step["name"]: step for step in report["steps"]}
    assert list(steps) == list(CHECKS)
    return status, steps


@needs_cascade
@pytest.mark.parametrize("decodes", [False, True])
def test_everything_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], decodes: bool
) -> None:
    bundle = write_test_bundle(tmp_path / "bundle", landmark_net() if decodes else None)
    write_png(tmp_path / "face.png", drawn_face())
    status, steps = _report(capsys, bundle, "--image", str(tmp_path / "face.png"))
    assert status == 0 and all(step["ok"] is True for step in steps.values())
    assert steps["speed"]["figures"]["frames_per_second"] > 1
    assert 0 < steps["speed"]["figures"]["p50_ms"] <= steps["speed"]["figures"]["p99_ms"]
    assert "5 frames equal golden" in steps["vectors"]["text"]
    assert "face.png equals golden" in steps["picture"]["text"]


def test_as_a_command(bundle: Path) -> None:
    command = [sys.executable, "-m", "host.selftest", "--bundle", str(bundle)]
    command += ["--frames", "2", "--seconds", "0.1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert lines[0].startswith("testing emulator") and lines[-1] == "all that was run is ok"
    assert [line.split()[0] for line in lines[1:-1]] == list(CHECKS)
    assert "picture   not run" in run.stdout


def test_a_damaged_bundle(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (bundle / "weights.npz").open("ab") as file:
        file.write(b"x")
    status, steps = _report(capsys, bundle)
    assert status == 1 and steps["bundle"]["ok"] is False
    assert "build the bundle again" in steps["bundle"]["text"]
    assert {steps[name]["ok"] for name in CHECKS if name != "bundle"} == {None}


def test_a_bundle_with_a_bitstream_is_for_the_board(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bundle / "overlay.bit").write_bytes(b"")
    asked = []
    monkeypatch.setattr(selftest, "run_checks", lambda session, log: asked.append(session) or [])
    selftest.main(["--bundle", str(bundle)])
    assert asked[0].name == "board"


@needs_cascade
def test_a_picture_without_a_face(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = bundle.parent / "noise.png"
    write_png(picture, np.full((90, 120, 3), 128, np.uint8))
    status, steps = _report(capsys, bundle, "--image", str(picture))
    assert status == 1 and "no face found" in steps["picture"]["text"]
    assert [name for name, step in steps.items() if not step["ok"]] == ["picture"]


Fault = Callable[[np.ndarray, Result], Result]


class Faulty(GoldenBackend):
    """Golden, but what it gives goes through `fault`."""

    def __init__(self, bundle: Bundle, fault: Fault) -> None:
        super().__init__(bundle)
        self._fault = fault

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        return self._fault(images, super()._run(images, heatmaps))


def _wrong_map(images: np.ndarray, result: Result) -> Result:
    if result.heatmaps is None:
        return result
    result.heatmaps[1, 2, 3, 4] += 1
    return result


def _swapped(images: np.ndarray, result: Result) -> Result:
    """Two frames of a small batch have each other's results."""
    if len(images) != 3:
        return result
    return replace(result, landmarks=result.landmarks[::-1], scores=result.scores[::-1])


def _hanging(images: np.ndarray, result: Result) -> Result:
    if len(images) == 1:
        raise BackendError("no output for 2.0 s: switch it off and on")
    return result


def _unforeseen(images: np.ndarray, result: Result) -> Result:
    raise RuntimeError("No Devices Found")


_kept: list[np.ndarray] = []


def _leaking(images: np.ndarray, result: Result) -> Result:
    _kept.append(np.ones(1 << 20))
    return result


@pytest.fixture()
def _freed() -> Iterator[None]:
    yield
    _kept.clear()


@pytest.mark.usefixtures("_freed")
@pytest.mark.parametrize(
    ("fault", "failed", "words"),
    [
        (_wrong_map, ["vectors"], "first frame 1 at (3, 2) landmark 4"),
        (_swapped, ["stalls"], "2 of 3 frames differ from golden"),
        (_hanging, ["speed", "stalls"], "switch it off and on"),
        (_unforeseen, ["vectors", "speed", "stalls", "reopening", "memory"], "No Devices Found"),
        (_leaking, ["memory"], "memory grew"),
    ],
)
def test_a_fault_is_found(
    bundle: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    failed: list[str],
    words: str,
) -> None:
    monkeypatch.setattr(checks, "open_backend", lambda name, bundle, note: Faulty(bundle, fault))
    status, steps = _report(capsys, bundle)
    assert status == 1
    assert [name for name, step in steps.items() if step["ok"] is False] == failed
    assert words in steps[failed[0]]["text"]


def test_a_board_that_cannot_be_opened_again(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def once(name: str, bundle: Bundle, note: object) -> Backend:
        opened.append(name)
        if len(opened) > 1:
            raise BackendError("the device is busy: end the other program")
        return GoldenBackend(bundle)

    monkeypatch.setattr(checks, "open_backend", once)
    status, steps = _report(capsys, bundle)
    assert status == 1 and "busy" in steps["reopening"]["text"]


@pytest.mark.parametrize("arguments", [["--frames", "0"], ["--seconds", "0"], ["--seconds", "nan"]])
def test_illegal_options(bundle: Path, arguments: list[str]) -> None:
    with pytest.raises(InputError, match=arguments[0]):
        selftest.main(["--bundle", str(bundle), *arguments])
