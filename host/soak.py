# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A long run of the whole pipeline: `python -m host.soak --video F --minutes 10`.

A looped video goes through detector, tracking, network, drawing and, with --http, the page. Each
minute it prints frames/s and memory; it exits with 1 if memory grows, frames change their order or
are lost, or a result differs from golden.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from hls.common.errors import InputError, run_command
from hls.common.progress import note
from host.api.base import Backend
from host.backend_choice import open_chosen
from host.bundle.bundle import find_bundle
from host.live.faces import follower
from host.live.golden_check import Checker
from host.live.pipeline import Found, Pipeline, Sink
from host.live.sources import Source, Video
from host.live.stop import Stop
from host.outputs.display import PageOutput, status_of
from host.selftest.memory import GROWTH_MIB, resident_mib

# Once in this many frames the result is compared with golden, so that a mixed-up result shows.
_CHECK_EVERY = 50


class Watch(Sink):
    """Looks at order and memory; prints a line every `interval` seconds, stops after `seconds`."""

    draws = True

    def __init__(self, seconds: float, interval: float, stop: Stop) -> None:
        self._stop, self._interval = stop, interval
        self._start = self._last = time.monotonic()
        self._seconds = seconds
        self._frames = self._expected = 0
        self._base: float | None = None
        self.order_errors = 0
        self.growth = 0.0

    def put(self, found: Found, picture: np.ndarray) -> None:
        self.order_errors += found.frame.index != self._expected
        self._expected = found.frame.index + 1
        self._frames += 1
        now = time.monotonic()
        if self._base is None and now - self._start >= self._seconds / 10:
            # In the first tenth of the run buffers and caches fill up.
            self._base = resident_mib()
        if now - self._last >= self._interval:
            self._report(now)
        if now - self._start >= self._seconds:
            self._stop.request()

    def _report(self, now: float) -> None:
        memory = resident_mib()
        rate = self._frames / (now - self._last)
        print(
            f"{(now - self._start) / 60:6.2f} min  {rate:7.1f} frames/s  {memory:7.1f} MiB"
            f"  {self.order_errors} order errors",
            flush=True,
        )
        self._last, self._frames = now, 0

    def finish(self) -> None:
        if self._base is None:
            # Only Ctrl-C ends a run before a tenth of its time: there is nothing to compare with.
            raise KeyboardInterrupt
        self.growth = resident_mib() - self._base


def soak(backend: Backend, options: argparse.Namespace) -> int:
    """Run for the given minutes; 1 where something drifted."""
    with Stop() as stop, Video(options.video, loop=True) as source:
        bundle, seconds = backend.bundle, 60 * options.minutes
        checker = Checker(bundle, _CHECK_EVERY, note)
        watch = Watch(seconds, min(60.0, seconds / 4), stop)
        pipeline = Pipeline(backend, follower(bundle), [watch], checker)
        if options.http is not None:
            pipeline.sinks = [watch, _page(options.http, pipeline, source)]
        pipeline.run(source, stop)
        checker.close()
    print(pipeline.stages.table())
    print(
        f"{pipeline.frames} frames in {pipeline.seconds / 60:.2f} min, backend {backend.name};"
        f" memory {watch.growth:+.1f} MiB (at most {GROWTH_MIB:+g}),"
        f" {watch.order_errors} order errors; check: {checker}"
    )
    bad = watch.growth > GROWTH_MIB or watch.order_errors or checker.mismatches
    return 1 if bad else stop.status


def _page(port: int, pipeline: Pipeline, source: Source) -> PageOutput:
    from host.page.page import Page

    page, start = Page("127.0.0.1", port), time.perf_counter()
    note(f"open {page.url}")
    return PageOutput(page, lambda: status_of(pipeline, source, start))


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m host.soak", description=__doc__)
    parser.add_argument("--bundle", type=Path, metavar="DIR")
    parser.add_argument("--video", type=Path, required=True, metavar="F")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M")
    parser.add_argument("--backend", default="auto", metavar="NAME")
    parser.add_argument("--http", nargs="?", type=int, const=8000, metavar="PORT")
    options = parser.parse_args(arguments)
    if not 0 < options.minutes < 1e5:
        raise InputError(f"--minutes {options.minutes:g}: give a number above 0")
    bundle = find_bundle(options.bundle)
    with open_chosen(options.backend, bundle, note) as backend:
        return soak(backend, options)


if __name__ == "__main__":
    run_command(main)
