# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The pipeline: order, overlap, the same results at any speed, and a clean end whatever happens."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.streams.landmarks import STEPS
from host.api.base import Backend, BackendError, Result
from host.bundle.bundle import load_bundle
from host.live.faces import Everywhere, Finder, Look
from host.live.golden_check import Checker
from host.live.pipeline import Found, Pipeline, Sink
from host.live.sources import Frame, Pictures
from host.live.stages import STAGES, Stages
from host.live.stop import Stop
from host.live.view_count import ViewCount
from host.pictures.face_box import Square
from tests.host.streams import numbered
from tests.networks import write_test_bundle


class Numbers(Backend):
    """Landmark 0 lies as many quarters of a cell to the right as its input is bright, so that
    results can't be mixed."""

    name = "numbers"

    def __init__(self, folder: Path, seconds: float = 0.0, fail_at: int = -1) -> None:
        super().__init__(load_bundle(write_test_bundle(folder)))
        self.delay, self.fail_at, self.calls = seconds, fail_at, 0

    def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
        time.sleep(self.delay)
        if self.calls == self.fail_at:
            raise BackendError("the board is gone: plug it in")
        self.calls += 1
        landmarks = np.zeros((len(images), 68, 2), np.int32)
        landmarks[:, 0, 0] = STEPS // 4 * images[:, 8, 8, 0].astype(np.int32)
        return Result(landmarks, np.ones((len(images), 68), np.int32))


class Kept(Sink):
    """Keeps what it is given, and says how it ended."""

    def __init__(self, fail_at: int = -1, seconds: float = 0.0) -> None:
        self.found: list[Found] = []
        self.fail_at, self.delay, self.end = fail_at, seconds, ""
        self.idles = 0

    def put(self, found: Found, picture: np.ndarray) -> None:
        time.sleep(self.delay)
        if found.frame.index == self.fail_at:
            raise InputError("disk full")
        self.found.append(found)

    def idle(self) -> None:
        self.idles += 1

    def finish(self) -> None:
        self.end = "finished"

    def abandon(self) -> None:
        self.end = "abandoned"


class Logged(Finder):
    """Looks at the middle, and notes from which frames it had learned when it looked."""

    def __init__(self) -> None:
        self.learned: list[int] = []
        self.log: list[tuple[int, int]] = []

    def look(self, frame: Frame) -> list[Look]:
        self.log.append((frame.index, max(self.learned, default=-1)))
        return [Look(0, Square(31.5, 23.5, 32))]

    def learn(self, frame, look, found) -> bool:
        self.learned.append(frame.index)
        return True


def _source(count: int = 50) -> Pictures:
    return Pictures(
        [numbered(i) for i in range(count)], [f"picture {i}" for i in range(count)], "t"
    )


@pytest.mark.parametrize(("network", "outputs"), [(0.0, 0.0), (0.004, 0.0), (0.0, 0.004)])
def test_order_and_results_at_any_speed(tmp_path: Path, network: float, outputs: float) -> None:
    kept, finder = Kept(seconds=outputs), Logged()
    with Numbers(tmp_path, network) as backend:
        pipeline = Pipeline(backend, finder, [kept])
        pipeline.run(_source(), Stop(), 40)
    assert [found.frame.index for found in kept.found] == list(range(40))
    for found in kept.found:
        (face,) = found.faces
        brightness = 4 * found.frame.index
        # A quarter of a heatmap's cell is one network pixel here, and that two of the picture.
        assert face.found.points[0, 0] - face.found.points[1, 0] == pytest.approx(2 * brightness)
    assert finder.log == [(n, max(-1, n - 2)) for n in range(40)]
    assert (pipeline.frames, kept.end) == (40, "finished")
    assert set(pipeline.stages.percentiles()) == set(STAGES) - {"draw"}


def test_the_network_runs_while_the_next_frame_is_prepared(tmp_path: Path) -> None:
    together = threading.Event()

    class Slow(Logged):
        def look(self, frame: Frame) -> list[Look]:
            if frame.index == 3 and jobs:
                together.set() if not jobs[-1].done() else None
            return super().look(frame)

    jobs: list[Future[Result]] = []

    class Watched(Numbers):
        def submit(self, images, heatmaps=False):
            jobs.append(super().submit(images, heatmaps))
            return jobs[-1]

    with Watched(tmp_path, 0.1) as backend:
        Pipeline(backend, Slow()).run(_source(), Stop(), 5)
    assert together.is_set()


def test_a_frame_is_shown_at_once_while_no_other_is_there(tmp_path: Path) -> None:
    done: list[int] = []

    class Waiting(Pictures):
        ready = False  # type: ignore[assignment]

        def frames(self, stop):
            for frame in super().frames(stop):
                yield frame
                done.append(backend.statistics.frames)

    with Numbers(tmp_path, 0.01) as backend:
        source = Waiting([numbered(i) for i in range(5)], "abcde", "slow")
        Pipeline(backend, Logged()).run(source, Stop(), 5)
    assert done == [1, 2, 3, 4]


def test_nothing_to_look_at(tmp_path: Path) -> None:
    class Blind(Finder):
        def look(self, frame: Frame) -> list[Look]:
            return [] if frame.index % 3 else [Look(0, Square(30, 20, 20))]

    kept = Kept()
    with Numbers(tmp_path) as backend:
        Pipeline(backend, Blind(), [kept]).run(_source(), Stop(), 10)
        assert backend.statistics.frames == 4
    assert [len(found.faces) for found in kept.found] == [1, 0, 0, 1, 0, 0, 1, 0, 0, 1]


def test_several_faces_are_one_submission(tmp_path: Path) -> None:
    class Two(Finder):
        def look(self, frame: Frame) -> list[Look]:
            return [Look(4, Square(20, 20, 20)), Look(7, Square(40, 20, 20))]

        def learn(self, frame, look, found) -> bool:
            return look.number == 7 or frame.index != 1

    kept = Kept()
    with Numbers(tmp_path) as backend:
        Pipeline(backend, Two(), [kept]).run(_source(), Stop(), 3)
        assert backend.calls == 3
    numbers = [[face.number for face in found.faces] for found in kept.found]
    assert numbers == [[4, 7], [7], [4, 7]]


def test_views_are_one_submission_and_their_time_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, float, int]] = []

    class Told(ViewCount):
        def took(self, count: int, seconds: float, faces: int) -> None:
            told.append((count, seconds, faces))
            self.count = 4

    sizes: list[int] = []

    class Sized(Numbers):
        def _run(self, images: np.ndarray, heatmaps: bool) -> Result:
            sizes.append(len(images))
            return super()._run(images, heatmaps)

    with Sized(tmp_path, 0.02) as backend:
        Pipeline(backend, Logged(), views=Told(2)).run(_source(), Stop(), 6)
    assert sizes[0] == 2 and sizes[-1] == 4 and [count for count, *_ in told] == sizes
    assert all(0.02 <= seconds < 0.2 and faces == 1 for _, seconds, faces in told)


@pytest.mark.parametrize("fault", ["network", "sink", "source", "finder"])
def test_an_error_anywhere_leaves_nothing_half_written(tmp_path: Path, fault: str) -> None:
    class Broken(Pictures):
        def frames(self, stop):
            for frame in super().frames(stop):
                if frame.index == 7 and fault == "source":
                    raise InputError("unreadable")
                yield frame

    class Lost(Logged):
        def look(self, frame: Frame) -> list[Look]:
            if frame.index == 7 and fault == "finder":
                raise InputError("no cascade")
            return super().look(frame)

    sinks = [Kept(), Kept(fail_at=7 if fault == "sink" else -1)]
    source = Broken([numbered(i) for i in range(9)], "abcdefghi", "t")
    with Numbers(tmp_path, fail_at=7 if fault == "network" else -1) as backend:
        pipeline = Pipeline(backend, Lost(), list(sinks))
        with pytest.raises(InputError):
            pipeline.run(source, Stop(), 30)
    assert [sink.end for sink in sinks] == ["abandoned"] * 2
    assert [found.frame.index for found in sinks[1].found] == list(range(len(sinks[1].found)))


def test_a_sink_that_cannot_finish_takes_the_others_with_it(tmp_path: Path) -> None:
    class Full(Kept):
        def finish(self) -> None:
            raise InputError("disk full")

    first, last = Full(), Kept()
    with Numbers(tmp_path) as backend, pytest.raises(InputError, match="disk full"):
        Pipeline(backend, Logged(), [first, last]).run(_source(), Stop(), 3)
    assert first.end == last.end == "abandoned"


def test_a_stop_finishes_what_is_under_way(tmp_path: Path) -> None:
    stop, kept = Stop(), Kept()

    class Stopping(Logged):
        def look(self, frame: Frame) -> list[Look]:
            if frame.index == 6:
                stop.request(130)
            return super().look(frame)

    with Numbers(tmp_path, 0.01) as backend:
        Pipeline(backend, Stopping(), [kept]).run(_source(), stop)
    assert [found.frame.index for found in kept.found] == list(range(7))
    assert (kept.end, stop.status) == ("finished", 130)


def test_an_idle_source_is_told(tmp_path: Path) -> None:
    class Quiet(Pictures):
        def frames(self, stop):
            for frame in super().frames(stop):
                yield frame
                yield None

    kept = Kept()
    with Numbers(tmp_path) as backend:
        Pipeline(backend, Logged(), [kept]).run(Quiet([numbered(1)], "a", "t"), Stop(), 4)
    assert kept.idles == 3


def test_checks_of_every_nth_frame(tmp_path: Path) -> None:
    notes: list[str] = []
    with Numbers(tmp_path) as backend:
        checker = Checker(backend.bundle, 0, notes.append)
        pipeline = Pipeline(backend, Everywhere(), checker=checker)
        pipeline.run(_source(), Stop(), 6)
        checker.close()
    # The made-up backend is no golden model.
    assert (checker.checked, checker.mismatches) == (6, 6)
    (line,) = notes
    assert line.startswith("error: check: picture 0 differs from golden, first frame 0 landmark")


def test_times_of_stages() -> None:
    stages = Stages(keep=100)
    for milliseconds in range(1, 201):
        stages.add("crop", milliseconds / 1e3)
    assert stages.percentiles() == {"crop": pytest.approx((150.5, 190.1, 199.01))}
    assert stages.medians()["crop"] == pytest.approx(150.5)
    assert stages.rate() == 0.0 and stages.medians(window=-1) == {}
    with stages.time("total"):
        time.sleep(0.1)
    # One passage in the tenth of a second that there has been.
    assert 0.5 < stages.rate(window=60.0) <= 10
    time.sleep(0.1)
    assert stages.rate(window=0.05) == 0
    lines = stages.table().splitlines()
    assert [line.split()[0] for line in lines] == ["stage", "crop", "total"]
    assert lines[1].split()[1:] == ["150.50", "190.10", "199.01"]
    stages.add("network", 0.004)
    inner = stages.table({"pack": (0.001,), "hardware": (0.001, 0.003), "unpack": ()}).splitlines()
    assert [line.split()[:2] for line in inner[2:5]] == [
        ["network", "4.00"], ["pack", "1.00"], ["hardware", "2.00"],
    ]  # fmt: skip
