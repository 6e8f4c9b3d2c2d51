# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Viewers of the live page without a browser, to measure it: pictures per second, latency, losses.

    python -m host.page.viewer URL --viewers 4 --seconds 10

Latency runs from the capture of a picture to its last byte at the viewer. Both ends read
time.monotonic(), which one machine's processes share: from another machine it means nothing.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median, quantiles
from typing import BinaryIO
from urllib.parse import urlsplit

from hls.common.errors import InputError, run_command

_ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Arrival:
    """One picture at a viewer: its number, JPEG, and seconds of time.monotonic()."""

    number: int
    jpeg: bytes
    captured: float
    arrived: float


@dataclass(frozen=True)
class Viewing:
    """What one viewer saw in `seconds`, from its first picture to its last.

    `missed` are pictures shown in that time that never came; `latencies` are in ms.
    """

    seconds: float
    bytes: int
    missed: int
    latencies: tuple[float, ...]

    @property
    def pictures(self) -> int:
        """Pictures that came."""
        return len(self.latencies)

    @property
    def pictures_per_second(self) -> float:
        """Steady rate: the intervals between pictures over the time they took."""
        return (self.pictures - 1) / self.seconds if self.seconds else 0.0

    def latency(self, percent: int) -> float:
        """The latency (ms) that `percent` (1 to 99) of the pictures did not exceed."""
        if self.pictures < 2:
            return self.latencies[0]
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    def __str__(self) -> str:
        return (
            f"{self.pictures_per_second:6.2f} pictures/s, {self.missed} of"
            f" {self.pictures + self.missed} missed, latency ms p50 {self.latency(50):.1f}"
            f" p90 {self.latency(90):.1f} p99 {self.latency(99):.1f}"
            f" max {max(self.latencies):.1f},"
            f" {self.bytes / self.pictures / 1024:.1f} KiB per picture"
        )


def arrivals(url: str) -> Iterator[Arrival]:
    """The pictures of the page at `url` (token included) as they come, until it hangs up."""
    host, port, query = _parsed(url)
    connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", f"/stream.mjpg?{query}")
        answer = connection.getresponse()
        if answer.status != 200:
            line = answer.read(200).decode(errors="replace").strip()
            raise InputError(f"{url} answers {answer.status}: {line}")
        with suppress(ConnectionError):
            yield from _parts(answer)  # type: ignore[arg-type]
    except (OSError, http.client.HTTPException) as error:
        raise InputError(f"no live page at {url} ({error}): is run_pynq.py running?") from None
    finally:
        connection.close()


def _parsed(url: str) -> tuple[str, int, str]:
    """Host, port and query of a page's address."""
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port or 80
    except ValueError:
        host, port = None, 0
    if not host or address.scheme != "http":
        raise InputError(f"{url} is no address of a live page: give http://ADDRESS:PORT/")
    return host, port, address.query


def _parts(stream: BinaryIO) -> Iterator[Arrival]:
    """The stream's parts, each with the boundary behind it; half a part at the end is left out."""
    stream.readline()
    while "Content-Length" in (headers := http.client.parse_headers(stream)):
        jpeg = stream.read(int(headers["Content-Length"]))
        arrived = time.monotonic()
        if stream.readline() + stream.readline() == b"":
            return
        yield Arrival(int(headers["X-Picture"]), jpeg, float(headers["X-Capture-Time"]), arrived)


def watch(url: str, seconds: float) -> Viewing:
    """Look at the page at `url` for some seconds, from the first picture on."""
    seen: list[tuple[int, int, float, float]] = []
    for picture in arrivals(url):
        seen.append((picture.number, len(picture.jpeg), picture.captured, picture.arrived))
        if picture.arrived - seen[0][3] >= seconds:
            break
    if not seen:
        raise InputError(f"{url} hung up before the first picture: is a camera or video running?")
    return Viewing(
        seconds=seen[-1][3] - seen[0][3],
        bytes=sum(size for _, size, _, _ in seen),
        missed=seen[-1][0] - seen[0][0] + 1 - len(seen),
        latencies=tuple(1000 * (arrived - captured) for _, _, captured, arrived in seen),
    )


def watch_together(url: str, viewers: int, seconds: float) -> list[Viewing]:
    """Several viewers at a time, each a process of its own, so that none slows another one."""
    fresh = multiprocessing.get_context("spawn")
    # Ctrl-C reaches them by us, or by a page that hangs up on them.
    with fresh.Pool(viewers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        return pool.starmap(watch, [(url, seconds)] * viewers)


def table(viewings: Sequence[Viewing]) -> str:
    """A line a viewer, and one for all."""
    lines = [f"viewer {number}: {viewing}" for number, viewing in enumerate(viewings, 1)]
    slowest = min(viewing.pictures_per_second for viewing in viewings)
    middle = median(latency for viewing in viewings for latency in viewing.latencies)
    lines.append(f"all viewers: {slowest:.2f} pictures/s or more each, latency p50 {middle:.1f} ms")
    return "\n".join(lines)


def main() -> None:
    """Print what viewers of a page that runs see of it."""
    parser = argparse.ArgumentParser(description="Measure the live page as its viewers see it.")
    parser.add_argument("url", help="what run_pynq.py --http printed, token included")
    parser.add_argument("--viewers", type=int, default=4, metavar="N", help="default: 4")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="default: 10")
    options = parser.parse_args()
    if options.viewers < 1 or not options.seconds > 0:
        raise InputError("give at least one viewer, and more than 0 seconds")
    print(table(watch_together(options.url, options.viewers, options.seconds)))


if __name__ == "__main__":
    run_command(main)
