# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""run_pynq.py on streams, from the command line: results, signals, terminals and every refusal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from host.app.command import main
from host.golden.model import Golden
from host.live import golden_check
from host.page.status import Status
from tests.host.drawn_faces import drawn_face, needs_cascade
from tests.host.pictures.test_packed import pack
from tests.host.streams import fake_camera, numbered_video, read_video, without_ffmpeg, write_video
from tests.networks import hourglass_net, write_test_bundle

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    write_test_bundle(tmp_path / "bundle")
    faces = [drawn_face(150, (240, 320), (140 + i, 110)) for i in range(30)]
    write_video(tmp_path / "face.avi", faces)
    return tmp_path


def _arguments(folder: Path, *more: str) -> list[str]:
    return ["--bundle", str(folder / "bundle"), "--backend", "golden", *more]


def _video(folder: Path, *more: str, box: bool = True) -> list[str]:
    square = ["--box", "60,30,160"] if box else []
    return _arguments(folder, "--video", str(folder / "face.avi"), *square, *more)


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "host/run_pynq.py", *arguments]


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(arguments), cwd=ROOT, capture_output=True, text=True)


def _visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@needs_cascade
def test_a_video_with_everything(folder: Path) -> None:
    out = folder / "out.mp4"
    run = _run(_video(folder, "--save", str(out), "--json", "--check", box=False))
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(lines) > 5 and {len(line["landmarks"]) for line in lines} == {68}
    frames = [line["frame"] for line in lines]
    assert frames == sorted(frames) and lines[0]["time"] == frames[0] / 25
    assert len(read_video(out)) == 30
    for words in (f"saved {out}", "30 frames in", "latency", "golden: ", "frames equal"):
        assert words in run.stderr
    assert "\r" not in run.stderr


def test_results_are_the_same_whatever_the_speed(folder: Path, capsys) -> None:
    texts = []
    for more in ((), ("--check",), ("--save", str(folder / "out.avi"))):
        assert main(_video(folder, "--json", *more, box=False)) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] == texts[2]


def test_json_lines_in_a_file_and_a_limit(folder: Path, capsys) -> None:
    out = folder / "out.jsonl"
    assert main(_video(folder, "--save", str(out), "--max-frames", "7")) == 0
    assert [json.loads(line)["frame"] for line in out.read_text().splitlines()] == list(range(7))
    assert "7 frames in" in capsys.readouterr().out
    assert main(_video(folder, "--quiet", "--max-frames", "2")) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("every", ["--check", "--check=3"])
def test_a_difference_from_golden_is_exit_status_1(
    folder: Path, monkeypatch, capsys, every
) -> None:
    class Wrong(Golden):
        def run(self, images, keep=False):
            return super().run(images) + (images.mean() > 0)

    monkeypatch.setattr(golden_check, "Golden", Wrong)
    assert main(_video(folder, every, "--max-frames", "7")) == 1
    found = capsys.readouterr()
    wrong = re.search(r"check: (\d+) of \1 frames differ from golden", found.out)
    assert wrong and int(wrong[1]) == (7 if every == "--check" else 3)
    assert found.err.count("error: check: ") == 1 and "face.avi:0 differs" in found.err


def test_a_video_with_views_that_keep_up(folder: Path, capsys) -> None:
    out = folder / "long.avi"
    write_video(out, [drawn_face(150, (240, 320), (150, 110))] * 60)
    arguments = _arguments(folder, "--video", str(out), "--box", "60,30,160", "--views", "auto")
    assert main([*arguments, "--check", "--json"]) == 0
    found = capsys.readouterr()
    assert len(found.out.splitlines()) == 60 and "check: 60 frames equal" in found.err
    settled = re.findall(r"(\d+) views? of each face: .* 25 frames/s", found.err)
    assert len(settled) == 1 or "the stream ended before" in found.err


def test_views_that_are_given(folder: Path, capsys) -> None:
    lines = []
    for views in ("1", "8"):
        arguments = _video(folder, "--views", views, "--json", "--check", "--max-frames", "3")
        assert main(arguments) == 0
        found = capsys.readouterr()
        assert (
            "check: 3 frames equal" in found.err and f"golden: {3 * int(views)} frames" in found.err
        )
        lines.append(found.out)
    assert lines[0] != lines[1]


def test_a_body_is_the_whole_picture(folder: Path, capsys) -> None:
    write_test_bundle(folder / "bundle", hourglass_net(landmarks=14))
    assert main(_video(folder, "--json", "--max-frames", "3", box=False)) == 0
    boxes = [json.loads(line)["box"] for line in capsys.readouterr().out.splitlines()]
    assert boxes == [{"x": 159.5, "y": 119.5, "side": 320}] * 3
    with pytest.raises(InputError, match=r"--faces.*whole picture"):
        main(_video(folder, "--faces", "2", box=False))


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
@pytest.mark.parametrize("name", ["out.mp4", "out.avi", "out.jsonl"])
def test_a_signal_in_the_middle_of_a_save(
    folder: Path, number: signal.Signals, status: int, name: str
) -> None:
    before, out = _visible(folder), folder / name
    endless = ["--loop", "--max-frames", "1000000", "--save", str(out), "--check", "5"]
    run = subprocess.Popen(
        _command(_video(folder, *endless)), cwd=ROOT, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        limit = time.monotonic() + 60
        while not any(path.stat().st_size > 8000 for path in folder.glob(".out*")):
            assert run.poll() is None and time.monotonic() < limit
            time.sleep(0.02)
        run.send_signal(number)
        text, _ = run.communicate(timeout=60)
    finally:
        run.kill()
    assert run.returncode == status
    assert "frames in" in text and "frames equal" in text and f"saved {out}" in text
    assert _visible(folder) == before | {name}
    if name.endswith("jsonl"):
        frames = [json.loads(line)["frame"] for line in out.read_text().splitlines()]
        assert frames == list(range(len(frames)))
    else:
        assert len(read_video(out)) > 20


def test_a_terminal_shows_progress(folder: Path) -> None:
    ours, theirs = pty.openpty()
    run = subprocess.run(
        _command(_video(folder)), cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True
    )
    os.close(theirs)
    text = os.read(ours, 65536).decode()
    os.close(ours)
    assert run.returncode == 0 and "30 frames in" in run.stdout
    assert re.search(r"\r\d+ frames, \d+\.\d frames/s, 1 faces", text)
    # The line is wiped before the summary.
    assert text.rstrip(" ").endswith("\r")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is not a video"), (b"words\n" * 99, "is not a video"), (None, "no such file")],
)
def test_videos_that_are_none(folder: Path, content: bytes | None, words: str) -> None:
    path = folder / "face.avi"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    run = _run(_video(folder, "--save", str(folder / "out.mp4")))
    assert (run.returncode, run.stdout) == (1, "")
    said = without_ffmpeg(run.stderr)
    assert said.startswith("error: ") and said.count("\n") == 1 and words in said


def test_a_device_that_is_no_camera(folder: Path) -> None:
    run = _run(_arguments(folder, "--camera", "/dev/null"))
    assert run.returncode == 1 and run.stderr.count("\n") == 1
    assert "camera /dev/null cannot be opened" in run.stderr


def test_stdout_that_is_full(folder: Path) -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            _command(_video(folder, "--json", "--quiet")), cwd=ROOT, stdout=full,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr == "error: cannot write to stdout: No space left on device\n"


def test_a_reader_that_has_had_enough(folder: Path) -> None:
    arguments = _video(folder, "--json", "--loop")
    run = subprocess.Popen(
        _command(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout is not None and run.stderr is not None
    assert run.stdout.readline().startswith('{"frame": 0')
    run.stdout.close()
    text = run.stderr.read()
    run.stderr.close()
    assert run.wait(60) == 0 and "Traceback" not in text and "BrokenPipe" not in text


class Page:
    """Stands in for the live page."""

    made: list[Page] = []  # noqa: RUF012

    def __init__(self, address, port, token=None, **options) -> None:
        self.url = f"http://{address}:{port}/" + (f"?token={token}" if token else "")
        self.token, self.options = token, options
        self.shown: list[tuple[np.ndarray, Status]] = []
        self.closed = False
        Page.made.append(self)

    def show(self, picture, status, captured=None) -> None:
        self.shown.append((picture, status))

    def close(self) -> None:
        self.closed = True


@pytest.fixture()
def page(monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    module = ModuleType("host.page.page")
    module.Page = Page  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "host.page.page", module)
    Page.made = []
    return Page.made


def test_a_page_shows_a_video_at_its_own_pace(folder: Path, page: list[Page], capsys) -> None:
    start = time.perf_counter()
    assert main(_video(folder, "--http", "--max-frames", "10", "--check", "2")) == 0
    assert time.perf_counter() - start > 9 / 25
    (shown,) = page
    assert "open http://127.0.0.1:8000/\n" in capsys.readouterr().err
    assert shown.closed and shown.token is None and shown.options == {}
    assert len(shown.shown) == 10
    picture, status = shown.shown[-1]
    assert picture.shape == (240, 320, 3) and picture.dtype == np.uint8
    assert None not in asdict(status).values()
    assert status.frames >= 9 and status.faces == 1 and status.backend == "golden"
    assert status.latency_ms > 0 and status.stages["network"] > 0


def test_other_machines_need_a_token(folder: Path, page: list[Page], capsys) -> None:
    more = ("--jpeg-quality", "60", "--stream-fps", "5", "--max-frames", "1")
    main(_video(folder, "--http", "8123", "--address", "0.0.0.0", *more))
    main(_video(folder, "--http", "--address", "0.0.0.0", "--token", "mine", *more))
    made, given = page
    assert len(made.token) >= 16 and given.token == "mine"
    assert f"open http://0.0.0.0:8123/?token={made.token}\n" in capsys.readouterr().err
    assert made.options == {"quality": 60, "stream_fps": 5}


def test_a_page_that_cannot_open_leaves_nothing(folder: Path, page, monkeypatch) -> None:
    def taken(*_: object, **__: object) -> None:
        raise InputError("port 8000 is in use")

    monkeypatch.setattr(sys.modules["host.page.page"], "Page", taken)
    before = _visible(folder)
    with pytest.raises(InputError, match="in use"):
        main(_video(folder, "--http", "--save", str(folder / "out.jsonl")))
    assert _visible(folder) == before


def test_a_camera_that_is_lost_says_so_on_the_page(
    folder: Path, page: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    from host.live import camera
    from host.live.camera import Camera

    monkeypatch.setattr(cv2, "VideoCapture", fake_camera(4, None, None, None, 50, period=0.02))
    monkeypatch.setattr(Camera, "_check_device", lambda self: None)
    monkeypatch.setattr(camera, "_BACK_OFF", (0.4, 0.4))
    out = folder / "out.jsonl"
    arguments = ("--camera", "--http", "--max-frames", "12", "--box", "10,5,30")
    assert main(_arguments(folder, *arguments, "--save", str(out))) == 0
    messages = [str(status.message) for _, status in page[0].shown]
    assert "camera /dev/video0 lost, reconnecting" in messages
    assert messages[0] == messages[-1] == ""
    assert [json.loads(line)["frame"] for line in out.read_text().splitlines()] == list(range(12))


def test_a_file_in_place_of_a_camera(folder: Path, capsys) -> None:
    numbered_video(folder / "numbers.avi", 20, fps=100)
    arguments = ("--camera", str(folder / "numbers.avi"), "--box", "10,5,30", "--json")
    assert main(_arguments(folder, *arguments)) == 0
    found = capsys.readouterr()
    assert len(found.out.splitlines()) >= 2 and "frames in" in found.err


def test_a_benchmark_of_noise_and_of_a_data_set(folder: Path, capsys) -> None:
    assert main(_arguments(folder, "--bench", "12", "--check", "3")) == 0
    text = capsys.readouterr().out
    stages = [line.split()[0] for line in text.splitlines()[:8]]
    assert stages == ["stage", "capture", "detect", "crop", "network", "draw", "save", "total"]
    assert "12 frames of noise" in text and "load average" in text
    assert "accuracy" not in text and "check: 4 frames equal" in text
    data = pack(folder / "data.npz")
    assert main(_arguments(folder, "--bench", "20", "--data", str(data))) == 0
    text = capsys.readouterr().out
    assert "accuracy: NME" in text and f"20 frames of {data}" in text


@needs_cascade
def test_a_benchmark_of_a_source(folder: Path, capsys) -> None:
    for source in ("--image", "--video"):
        path = folder / ("face.png" if source == "--image" else "face.avi")
        cv2.imwrite(str(folder / "face.png"), drawn_face())
        assert main(_arguments(folder, source, str(path), "--bench", "35")) == 0
        assert "35 frames of" in capsys.readouterr().out
