# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The live page under load: `python -m host.page_bench --video F --viewers 4`.

A looped video goes through the whole pipeline to the page, and viewers in processes of their own
measure what reaches them: pictures per second, and the latency from capture to the last byte.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hls.common.errors import InputError, run_command
from hls.common.progress import note
from host.api.base import Backend
from host.app.stage_times import warm_up
from host.backend_choice import open_chosen
from host.bundle.bundle import find_bundle
from host.live.faces import follower
from host.live.pipeline import Pipeline
from host.live.sources import Video
from host.live.stop import Stop
from host.outputs.display import PageOutput, status_of
from host.page.page import Page
from host.page.viewer import Viewing, table, watch_together


def measure(
    backend: Backend, options: argparse.Namespace, stop: Stop
) -> tuple[list[Viewing], Pipeline]:
    """What each viewer saw until it had enough, or a stop; and the pipeline that it came from."""
    warm_up(backend)
    pipeline = Pipeline(backend, follower(backend.bundle))
    page = Page("127.0.0.1", 0, stream_fps=2 * options.rate)
    with Video(options.video, loop=True, paced=True) as source, ThreadPoolExecutor(1) as pool:
        source.fps = options.rate
        start = time.perf_counter()
        pipeline.sinks = [PageOutput(page, lambda: status_of(pipeline, source, start))]
        seen = pool.submit(watch_together, page.url, options.viewers, options.seconds)
        seen.add_done_callback(lambda _: stop.request())
        pipeline.run(source, stop)
        return seen.result(), pipeline


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m host.page_bench", description="Measure the live page under load."
    )
    parser.add_argument("--bundle", type=Path, metavar="DIR")
    parser.add_argument("--video", type=Path, required=True, metavar="F")
    parser.add_argument("--backend", default="auto", metavar="NAME")
    parser.add_argument("--viewers", type=int, default=4, metavar="N", help="default: 4")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="default: 20")
    parser.add_argument(
        "--rate", type=float, default=40.0, metavar="R", help="frames/s sent in (default: 40)"
    )
    options = parser.parse_args(arguments)
    if options.viewers < 1 or options.seconds <= 0 or not 1 <= options.rate <= 240:
        raise InputError("give at least one viewer, some seconds and a rate of 1 to 240 frames/s")
    bundle = find_bundle(options.bundle)
    with open_chosen(options.backend, bundle, note) as backend, Stop() as stop:
        seen, pipeline = measure(backend, options, stop)
    print(pipeline.stages.table())
    print(
        f"{pipeline.frames / pipeline.seconds:.1f} of {options.rate:g} frames/s, {bundle.name},"
        f" backend {backend.name}, load average {os.getloadavg()[0]:.1f}"
    )
    print(table(seen))
    return stop.status


if __name__ == "__main__":
    run_command(main)
