# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""run_pynq.py on photographs: results, and one clear line for whatever cannot be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.graph.graph import Graph
from hls.streams.confidence import Confidence, Logistic
from hls.streams.exported import Crop
from host.app import photographs
from host.app.command import main
from host.app.options import parse_options
from host.app.photographs import open_picture
from host.bundle.bundle import load_bundle
from host.golden.model import Golden
from host.pictures.face_box import Square, crop, parse_box
from host.pictures.image_files import read_image, write_png
from host.pictures.landmarks import inputs_of
from tests.host.drawn_faces import drawn_face, needs_cascade
from tests.networks import hourglass_net, landmark_net, write_test_bundle

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    write_test_bundle(tmp_path / "bundle")
    write_png(tmp_path / "face.png", drawn_face())
    write_png(tmp_path / "noise.png", np.full((90, 120, 3), 128, np.uint8))
    return tmp_path


def _main(folder: Path, *arguments: str, image: str = "face.png") -> int:
    fixed = ["--bundle", str(folder / "bundle"), "--image", str(folder / image)]
    return main([*fixed, "--backend", "golden", *arguments])


@pytest.mark.parametrize("command", [["host/run_pynq.py"], ["-m", "host.run_pynq"]], ids=" ".join)
def test_as_a_script_and_as_a_module(folder: Path, command: list[str]) -> None:
    paths = {"--bundle": "bundle", "--image": "face.png", "--save": "out.png"}
    arguments = ["--box", "40,50,220", "--check", "--json", "--backend", "golden"]
    for option, name in paths.items():
        arguments += [option, str(folder / name)]
    run = subprocess.run(
        [sys.executable, *command, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    found = json.loads(line)
    assert len(found["landmarks"]) == 68 and len(found["scores"]) == 68
    assert found["box"] == {"x": 149.5, "y": 159.5, "side": 220.0}
    assert "check: 1 frames equal" in run.stderr
    assert read_image(folder / "out.png").shape == (600, 600, 3)


def test_ctrl_c_while_libraries_load(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("import time; print('here', flush=True); time.sleep(60)")
    run = subprocess.Popen(
        [sys.executable, "host/run_pynq.py", "--help"], cwd=ROOT, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert run.stdout is not None and run.stdout.readline() == "here\n"
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=30)[1] == "" and run.returncode == -signal.SIGINT


def test_errors_exit_with_one_line(folder: Path) -> None:
    command = [sys.executable, "host/run_pynq.py", "--image", str(folder / "gone.png")]
    command += ["--bundle", str(folder / "bundle")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and run.stdout == ""
    assert run.stderr.startswith("error: ") and run.stderr.count("\n") == 1


@needs_cascade
def test_the_face_is_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _main(folder, "--check") == 0
    out = capsys.readouterr().out
    assert "68 landmarks" in out and "check: 1 frames equal" in out and "frames/s" in out


def test_quiet_is_quiet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--quiet", "--check", "--save", str(folder / "out.png"))
    assert _main(folder, "--box", "40,50,220", *arguments) == 0
    assert capsys.readouterr() == ("", "") and (folder / "out.png").is_file()


@needs_cascade
def test_no_face(folder: Path) -> None:
    with pytest.raises(InputError, match=r"noise\.png: no face found"):
        _main(folder, "--save", str(folder / "new/"), image="noise.png")
    assert not (folder / "new").exists()


def test_landmarks_lie_in_the_box(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _main(folder, "--json", "--box", "40,50,220")
    points = np.array(json.loads(capsys.readouterr().out)["landmarks"])
    assert (points > [39, 49]).all() and (points < [260, 270]).all()


@pytest.mark.parametrize(
    ("decodes", "position", "place"),
    [
        (False, (0, 1, 2, 3), "frame 0 at (2, 1) landmark 3: "),
        (True, (0, 0, 3, 1), "frame 0 landmark 3 y: "),
        (True, (0, 0, 67, 2), "frame 0 landmark 67 score: "),
    ],
)
def test_a_difference_is_found(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    decodes: bool,
    position: tuple[int, ...],
    place: str,
) -> None:
    write_test_bundle(folder / "bundle", landmark_net() if decodes else hourglass_net())
    right = Golden.run

    def wrong(self: Golden, images: np.ndarray) -> np.ndarray:
        output = right(self, images)
        output[position] += 1
        return output

    class Other(Golden):
        run = wrong

    monkeypatch.setattr(photographs, "Golden", Other)
    with pytest.raises(InputError, match="check: 1 of 1 frames differ") as caught:
        _main(folder, "--check", "--box", "40,50,220")
    assert place in str(caught.value) and "\n" not in str(caught.value)


def test_a_bundle_that_decodes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--box", "40,50,220", "--json", "--check", "--save", str(folder / "out.png"))
    results = []
    for graph in (hourglass_net(), landmark_net()):
        write_test_bundle(folder / "bundle", graph)
        assert _main(folder, *arguments) == 0
        found = capsys.readouterr()
        assert "check: 1 frames equal" in found.err
        results.append((found.out, (folder / "out.png").read_bytes()))
    assert results[0] == results[1]


def test_several_images(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = [str(folder / "face.png"), str(folder / "noise.png"), str(folder / "face.png")]
    arguments = ["--bundle", str(folder / "bundle"), "--box", "10,10,60", "--json"]
    arguments += ["--backend", "golden"]
    main([*arguments, "--image", *more, "--save", str(folder / "out"), "--max-frames", "2"])
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["face.png", "noise.png"]


@pytest.mark.parametrize("net", [hourglass_net, landmark_net])
def test_a_body_is_looked_for_in_the_whole_picture(
    folder: Path, capsys: pytest.CaptureFixture[str], net: Callable[..., Graph]
) -> None:
    write_test_bundle(folder / "bundle", net(landmarks=14))
    _main(folder, "--json", image="noise.png")
    found = json.loads(capsys.readouterr().out)
    assert found["box"]["side"] == 120 and len(found["landmarks"]) == 14


def test_the_crop_is_the_scaled_box(folder: Path) -> None:
    write_test_bundle(folder / "bundle", crop=Crop(1.5))
    bundle = load_bundle(folder / "bundle")
    picture = open_picture(folder / "face.png", parse_box("50,50,100"), bundle)
    seen = inputs_of(bundle, picture.image, [picture.box])
    np.testing.assert_array_equal(seen[0], crop(picture.image, Square(99.5, 99.5, 150), 16))


@pytest.mark.parametrize("net", [hourglass_net, landmark_net])
@pytest.mark.parametrize("backend", ["golden", "emulator"])
def test_views_of_a_photograph(
    folder: Path, capsys: pytest.CaptureFixture[str], net: Callable[..., Graph], backend: str
) -> None:
    write_test_bundle(folder / "bundle", net())
    plain = ("--box", "40,50,220", "--json", "--check")
    texts = []
    for views in ("1", "4"):
        assert _main(folder, *plain, "--views", views, "--backend", backend) == 0
        found = capsys.readouterr()
        assert f"check: {views} frames equal" in found.err
        texts.append(found.out)
    one, four = (json.loads(text) for text in texts)
    assert one["box"] == four["box"] and one["landmarks"] != four["landmarks"]
    assert np.shape(four["landmarks"]) == (68, 2)


_SURE = Confidence(Logistic(0.0, 2.0), 0.05, Logistic(0.0, 3.0), 0.5)
_NO_FACE = Confidence(Logistic(0.0, 2.0), 0.05, Logistic(0.0, -3.0), 0.5)


def test_confidences_of_a_photograph(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_test_bundle(folder / "bundle", confidence=_SURE)
    assert _main(folder, "--box", "40,50,220", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["confidence"] == pytest.approx(0.9526, abs=1e-4)
    assert found["confidences"] == [0.8808] * 68
    assert _main(folder, "--box", "40,50,220") == 0
    assert "confidence 0.95" in capsys.readouterr().out


@needs_cascade
def test_a_photograph_without_a_face_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_test_bundle(folder / "bundle", confidence=_NO_FACE)
    assert _main(folder, "--save", str(folder / "out.png")) == 0
    assert "face.png: no face found, confidence 0.05" in capsys.readouterr().out
    np.testing.assert_array_equal(read_image(folder / "out.png"), read_image(folder / "face.png"))
    assert _main(folder, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["landmarks"] == found["confidences"] == [] and found["confidence"] < 0.1
    # A person who says where the face is knows better.
    assert _main(folder, "--box", "40,50,220") == 0
    assert "68 landmarks" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--backend", "board"], "no PYNQ board"),
        (["--backend", "fpga"], "unknown backend"),
        (["--backend", "rtl"], "no RTL"),
        (["--camera"], "one source"),
        (["--video", "x.mp4"], "one source"),
        (["--http"], "--camera or --video instead"),
        (["--bench", "10", "--max-frames", "5"], "leave --max-frames out"),
        (["--faces", "2"], "--faces"),
        (["--box", "1,2"], "--box"),
        (["--box", "5000,0,100"], "does not fit"),
        (["--max-frames", "0"], "--max-frames"),
        (["--save", "out.jpg"], "PNG"),
        (["--views", "3"], "--views 3: give one of 1, 2, 4, 8, 16, or auto"),
        (["--views", "auto"], "--views auto is for a camera or video"),
        (["--save", "/nowhere/at/all.png"], "no folder"),
    ],
)
def test_what_cannot_be(folder: Path, arguments: list[str], words: str) -> None:
    box = [] if "--box" in arguments else ["--box", "40,50,220"]
    with pytest.raises(InputError, match=words) as caught:
        _main(folder, *box, *arguments)
    assert "\n" not in str(caught.value)


def test_no_image() -> None:
    with pytest.raises(InputError, match=r"nothing to do.*--image"):
        parse_options([])


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["--help"])
    assert "examples:" in capsys.readouterr().out


def test_the_default_bundle_is_looked_for_in_build(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDMARK_BUILD", str(folder))
    with pytest.raises(InputError, match="make bitstream"):
        main(["--image", str(folder / "face.png")])
