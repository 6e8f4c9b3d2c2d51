# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The command line of run_pynq.py: puts source, finder, backend and outputs together."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from hls.common.errors import InputError
from hls.common.progress import note, silent
from host.api.base import Backend
from host.app import stage_times
from host.app.options import is_live, is_loopback, parse_options
from host.app.photographs import Stills
from host.backend_choice import open_chosen
from host.bundle.bundle import Bundle, find_bundle
from host.live import sources
from host.live.camera import Camera
from host.live.faces import Boxes, EachPicture, Everywhere, Finder, follower, looks_at_faces
from host.live.golden_check import Checker
from host.live.pipeline import Pipeline, Sink
from host.live.sources import Source
from host.live.stop import Stop
from host.live.view_count import AutoViewCount, ViewCount
from host.outputs.display import PageOutput, Progress, status_of
from host.outputs.json_lines import JsonFile, JsonOutput
from host.outputs.video_file import VideoFile
from host.page.status import Status
from host.pictures.face_box import parse_box
from host.pictures.image_files import read_image
from host.pictures.landmarks import can_mirror, check_views
from host.pictures.packed import Packed, read_packed

_JPEG_QUALITY = 80


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = parse_options(arguments)
    bundle = find_bundle(options.bundle)
    if options.faces is not None and not looks_at_faces(bundle):
        raise InputError(f"--faces: {bundle.name} looks at the whole picture, not at faces")
    if options.views != "auto":
        check_views(bundle, options.views)
    # JSON lines have stdout for themselves.
    log = sys.stderr if options.json else sys.stdout
    if options.image and options.bench is None:
        stills = Stills.of_options(options, bundle)
        with open_chosen(options.backend, bundle, note) as backend:
            return stills.run(backend, options, log)
    data = read_packed(options.data, bundle.landmarks) if options.data else None
    with (
        _source(options, data) as source,
        open_chosen(options.backend, bundle, note) as backend,
    ):
        if options.bench is not None:
            return _bench(options, backend, source, data)
        return _live(options, backend, source, log)


def _source(options: argparse.Namespace, data: Packed | None) -> Source:
    if options.camera is not None:
        return Camera(options.camera, options.size or (640, 480))
    if options.video is not None:
        paced = options.http is not None and options.save is None
        loop = options.loop or options.bench is not None
        return sources.Video(options.video, loop=loop, paced=paced)
    if options.image:
        names = [str(path) for path in options.image]
        return sources.Pictures([read_image(path) for path in options.image], names, "images")
    if data is not None:
        names = [f"{data.path.name}:{i}" for i in range(len(data.pictures))]
        return sources.Pictures(data.pictures, names, str(data.path))
    return sources.noise()


def _finder(options: argparse.Namespace, bundle: Bundle, data: Packed | None = None) -> Finder:
    if options.box:
        return Everywhere(parse_box(options.box))
    if options.camera is None and options.video is None and not options.image:
        return Boxes(data.boxes) if data else Everywhere()
    if options.image and looks_at_faces(bundle):
        return EachPicture()
    return follower(bundle, wait=not is_live(options), count=options.faces or 1)


def _views(options: argparse.Namespace, bundle: Bundle, source: Source) -> ViewCount:
    if options.views != "auto":
        return ViewCount(options.views)
    if not can_mirror(bundle):
        return ViewCount(1)
    say = silent if options.quiet else note
    return AutoViewCount(source.fps, options.faces or 1, say)


def _checker(options: argparse.Namespace, bundle: Bundle) -> Checker | None:
    return None if options.check is None else Checker(bundle, options.check, note)


def _bench(
    options: argparse.Namespace, backend: Backend, source: Source, data: Packed | None
) -> int:
    checker = _checker(options, backend.bundle)
    encoder = stage_times.Encoder(_JPEG_QUALITY)
    bundle = backend.bundle
    pipeline = Pipeline(
        backend, _finder(options, bundle, data), [encoder], checker, _views(options, bundle, source)
    )
    stage_times.warm_up(backend)
    with Stop() as stop:
        pipeline.run(source, stop, options.bench)
    stage_times.report(backend, pipeline, source.name, data, print)
    return _end(stop, checker, print)


def _live(options: argparse.Namespace, backend: Backend, source: Source, log: TextIO) -> int:
    def say(text: str) -> None:
        if not options.quiet:
            print(text, file=log)

    checker = _checker(options, backend.bundle)
    views = _views(options, backend.bundle, source)
    finder = _finder(options, backend.bundle)
    pipeline = Pipeline(backend, finder, checker=checker, views=views)
    start = time.perf_counter()
    with Stop() as stop:
        _add_sinks(pipeline, options, source, stop, lambda: status_of(pipeline, source, start))
        if not options.quiet:
            note(f"{source.name} -> {backend.bundle.name}, backend {backend.name}")
        pipeline.run(source, stop, options.max_frames)
    if options.save and pipeline.frames:
        say(f"saved {options.save}")
    _summary(pipeline, source, say)
    if source.message:
        # Of interest to those who want it quiet too: frames may be missing.
        note(source.message)
    return _end(stop, checker, say)


def _add_sinks(
    pipeline: Pipeline,
    options: argparse.Namespace,
    source: Source,
    stop: Stop,
    status: Callable[[], Status],
) -> None:
    """Open what the options ask for: all of it, or nothing stays behind."""
    wanted: list[Callable[[], Sink]] = []
    if options.json:
        wanted.append(lambda: JsonOutput(stop.request))
    if options.save:
        path = Path(options.save)
        if path.suffix.lower() == ".jsonl":
            wanted.append(lambda: JsonFile(path))
        else:
            wanted.append(lambda: VideoFile(path, source.fps))
    if options.http is not None:
        wanted.append(lambda: _page(options, status))
    if sys.stderr.isatty() and not options.quiet:
        wanted.append(lambda: Progress(status))
    try:
        for make in wanted:
            pipeline.sinks.append(make())
    except BaseException:
        for sink in pipeline.sinks:
            sink.abandon()
        raise


def _page(options: argparse.Namespace, status: Callable[[], Status]) -> PageOutput:
    from host.page.page import Page

    address, token = options.address or "127.0.0.1", options.token
    if token is None and not is_loopback(address):
        token = secrets.token_urlsafe(12)
    chosen = {"quality": options.jpeg_quality, "stream_fps": options.stream_fps}
    given = {name: value for name, value in chosen.items() if value is not None}
    page = Page(address, options.http, token, **given)
    note(f"open {page.url}")
    return PageOutput(page, status)


def _summary(pipeline: Pipeline, source: Source, say: Callable[[str], None]) -> None:
    backend, seconds = pipeline.backend, pipeline.seconds
    rate = pipeline.frames / seconds if seconds else 0.0
    dropped = f", {source.dropped} dropped" if source.dropped else ""
    times = pipeline.stages.percentiles().get("total", (0.0, 0.0, 0.0))
    say(
        f"{pipeline.frames} frames in {seconds:.1f} s, {rate:.1f} frames/s{dropped};"
        f" latency {times[0]:.1f} ms (p90 {times[1]:.1f}, p99 {times[2]:.1f})"
    )
    if not pipeline.views.settled:
        say(f"the stream ended before the number of views was settled: {pipeline.views.count}")
    say(f"{backend.name}: {backend.statistics}")


def _end(stop: Stop, checker: Checker | None, say: Callable[[str], None]) -> int:
    """The exit status: 1 where golden differs, 130 after Ctrl-C, else 0."""
    if checker is not None:
        checker.close()
        say(f"check: {checker}")
        if checker.mismatches:
            return 1
    return stop.status
