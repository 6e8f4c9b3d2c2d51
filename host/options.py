# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The command line of run_pynq.py."""

from __future__ import annotations

import argparse
from pathlib import Path

from hls.errors import InputError
from host.backends import BACKENDS

_EXAMPLES = """examples:
  run_pynq.py --image me.jpg --save me.png             landmarks drawn on a photograph
  run_pynq.py --image *.jpg --save out/ --json         a folder of PNGs, JSON lines on stdout
  run_pynq.py --image me.jpg --backend rtl --check     simulated hardware against the golden model
  run_pynq.py --image me.jpg --box 120,80,200 --json   the face's square given by hand
"""

# Options whose part of the program is a later piece of work, and what brings it.
_LATER = {
    "camera": "live input comes with the board backend",
    "video": "live input comes with the board backend",
    "http": "the live page comes with the board backend",
    "bench": "the benchmark comes with the board backend; see python -m host.golden --bench",
}


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The checked options; what cannot be used is an InputError."""
    options = _parser().parse_args(arguments)
    for name, reason in _LATER.items():
        if getattr(options, name) is not None:
            raise InputError(f"--{name} is not there yet: {reason}")
    if not options.image:
        raise InputError("nothing to do: give --image FILE ... (see --help)")
    if options.max_frames is not None and options.max_frames < 1:
        raise InputError("--max-frames needs at least one frame")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_pynq.py",
        description="Face or body landmarks from the binary network of a bundle.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sources(parser.add_argument_group("input"))
    _add_engine(parser.add_argument_group("engine"))
    _add_results(parser.add_argument_group("results"))
    return parser


def _add_sources(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--image", nargs="+", type=Path, metavar="F", help="image files")
    group.add_argument("--camera", nargs="?", const="0", metavar="N|DEV", help="(later) a camera")
    group.add_argument("--video", type=Path, metavar="F", help="(later) a video file")
    group.add_argument(
        "--box",
        metavar="X,Y,SIDE",
        help="square round the face instead of the detector's: upper left corner and side in"
        " pixels, twice as wide as the landmarks",
    )
    group.add_argument("--max-frames", type=int, metavar="N", help="stop after N frames")


def _add_engine(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--bundle", type=Path, metavar="DIR", help="default: the one below build/, if it is one"
    )
    group.add_argument(
        "--backend",
        default="golden",
        metavar="NAME",
        help=f"one of {', '.join(BACKENDS)} (default: golden)",
    )
    group.add_argument(
        "--check", action="store_true", help="compare with golden; exit 1 on any difference"
    )
    group.add_argument("--bench", type=int, metavar="N", help="(later) time N frames")


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--save", metavar="F", help="draw landmarks: a PNG, or a folder/ for several images"
    )
    group.add_argument("--json", action="store_true", help="one JSON line a face on stdout")
    group.add_argument(
        "--http", nargs="?", type=int, const=8000, metavar="PORT", help="(later) a live page"
    )
