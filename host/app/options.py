# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The command line of run_pynq.py, and which of its options make sense together."""

from __future__ import annotations

import argparse
import ipaddress
import re
from pathlib import Path
from typing import Literal

from hls.common.errors import InputError
from hls.streams.views import COUNTS
from host.backends import BACKENDS
from host.outputs.json_lines import part_of
from host.outputs.video_file import CODECS

_EXAMPLES = """examples:
  run_pynq.py --camera --http                          watch a camera at http://127.0.0.1:8000
  run_pynq.py --camera 1 --http --address 0.0.0.0      from other machines too, with a token
  run_pynq.py --video in.mp4 --save out.mp4            landmarks drawn on a video
  run_pynq.py --video in.mp4 --json > faces.jsonl      one line per face
  run_pynq.py --image me.jpg --save me.png             a photograph
  run_pynq.py --image *.jpg --save out/ --json         a folder of PNGs, JSON lines on stdout
  run_pynq.py --image me.jpg --views 8 --save me.png   eight looks at the face: more exact
  run_pynq.py --image me.jpg --backend rtl --check     simulated hardware against the golden model
  run_pynq.py --image me.jpg --box 120,80,200 --json   the face's square given by hand
  run_pynq.py --bench 300 --data faces68.npz           times of each stage, and accuracy
"""

_PAGE_ONLY = ("address", "token", "jpeg_quality", "stream_fps")


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The checked options; what cannot be used is an InputError."""
    options = _parser().parse_args(arguments)
    if options.backend not in (*BACKENDS, "auto"):
        there = ", ".join(("auto", *BACKENDS))
        raise InputError(f"unknown backend {options.backend!r}; there are {there}")
    _check_sources(options)
    _check_numbers(options)
    _check_results(options)
    _check_page(options)
    options.views = _parse_views(options)
    return options


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server at `address`."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _check_sources(options: argparse.Namespace) -> None:
    given = [name for name in ("image", "camera", "video") if getattr(options, name) is not None]
    if len(given) > 1:
        raise InputError(f"--{given[0]} and --{given[1]}: give one source at a time")
    if not given and options.bench is None:
        raise InputError(
            "nothing to do: give --camera, --video FILE or --image FILE ... (see --help)"
        )
    _needs(options, "loop", "video")
    _needs(options, "size", "camera")
    _needs(options, "data", "bench")
    if options.box is not None and options.faces is not None:
        raise InputError("--box gives one face's place: leave --faces out")
    if options.image and options.faces is not None:
        raise InputError("--faces is for a camera or video; a photograph's largest face is taken")
    if options.data is not None and options.box is not None and not given:
        raise InputError("--data brings the boxes of its pictures: leave --box out")


def _needs(options: argparse.Namespace, name: str, *others: str) -> None:
    """Refuse an option that means nothing without another."""
    if getattr(options, name) not in (None, False) and all(
        getattr(options, other) is None for other in others
    ):
        raise InputError(f"--{name.replace('_', '-')} only makes sense with --{others[0]}")


def _check_numbers(options: argparse.Namespace) -> None:
    least = {"max_frames": 1, "bench": 1, "faces": 1, "check": 0, "jpeg_quality": 1, "http": 0}
    most = {"jpeg_quality": 100, "http": 65535, "faces": 16}
    for name, low in least.items():
        value, high = getattr(options, name), most.get(name)
        if value is None or low <= value <= (high or value):
            continue
        wanted = f"{low} or more" if high is None else f"{low} to {high}"
        raise InputError(f"--{name.replace('_', '-')} {value}: give a whole number, {wanted}")
    if options.stream_fps is not None and not 0 < options.stream_fps <= 240:
        raise InputError(f"--stream-fps {options.stream_fps:g}: give more than 0, at most 240")
    if options.size is not None:
        options.size = _parse_size(options.size)


def _parse_size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    if not match:
        raise InputError(f"--size {text}: give WIDTHxHEIGHT, e.g. 640x480")
    return int(match[1]), int(match[2])


def is_live(options: argparse.Namespace) -> bool:
    """Whether a person watches the source as it comes: such a stream waits for nothing. What is
    made of a file has to be the same on any machine."""
    return options.camera is not None or (options.http is not None and options.save is None)


def _parse_views(options: argparse.Namespace) -> int | Literal["auto"]:
    """How often each face is looked at; a live stream's default is as often as it keeps up."""
    watched = is_live(options) and options.bench is None
    text = options.views or ("auto" if watched else "1")
    counts = ", ".join(map(str, COUNTS))
    if text == "auto":
        if options.camera is None and options.video is None:
            raise InputError(f"--views auto is for a camera or video: give one of {counts}")
        return "auto"
    if text not in map(str, COUNTS):
        raise InputError(f"--views {text}: give one of {counts}, or auto")
    return int(text)


def _check_results(options: argparse.Namespace) -> None:
    if options.bench is not None:
        for name in ("save", "json", "http", "max_frames"):
            if getattr(options, name) not in (None, False):
                raise InputError(
                    f"--bench prints a table of its N frames: leave --{name.replace('_', '-')} out"
                )
    if options.save is None or options.image:
        return
    suffix = Path(options.save).suffix.lower()
    if suffix not in (*CODECS, ".jsonl"):
        raise InputError(
            f"--save {options.save}: name a video ({', '.join(CODECS)}), or .jsonl for JSON lines"
        )
    # Before a camera is opened or the RTL is built.
    part_of(Path(options.save))
    if options.loop and options.max_frames is None:
        raise InputError("--loop with --save never ends: give --max-frames N")


def _check_page(options: argparse.Namespace) -> None:
    for name in _PAGE_ONLY:
        _needs(options, name, "http")
    if options.http is not None and options.image:
        raise InputError("--http shows a stream: give --camera or --video instead of --image")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_pynq.py",
        description="Face or body landmarks from the binary network of a bundle.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_sources(parser.add_argument_group("input"))
    _add_engine(parser.add_argument_group("engine"))
    _add_results(parser.add_argument_group("results"))
    _add_page(parser.add_argument_group("live page"))
    return parser


def _add_sources(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--image", nargs="+", type=Path, metavar="F", help="image files")
    group.add_argument(
        "--camera",
        nargs="?",
        const="0",
        metavar="N|DEV",
        help="a camera by number (default 0) or device; a video file or URL stands in for one",
    )
    group.add_argument("--video", type=Path, metavar="F", help="a video file, all of its frames")
    group.add_argument("--loop", action="store_true", help="start the video over at its end")
    group.add_argument("--size", metavar="WxH", help="the camera's picture (default: 640x480)")
    group.add_argument("--faces", type=int, metavar="N", help="follow up to N faces (default: 1)")
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
        default="auto",
        metavar="NAME",
        help=f"one of {', '.join(BACKENDS)}, or auto (default): the board on a board, else the"
        " emulator, else golden",
    )
    group.add_argument(
        "--views",
        metavar="N",
        help="look at each face 1, 2, 4, 8 or 16 times, a little turned, moved and mirrored: more"
        " are more exact; auto: as many as keep up with the camera or video, settled in its first"
        " seconds (default: auto for what is watched live, else 1)",
    )
    group.add_argument(
        "--check",
        nargs="?",
        type=int,
        const=0,
        metavar="N",
        help="compare every frame with golden, or every N-th in the background; exit 1 on any"
        " difference",
    )
    group.add_argument(
        "--bench", type=int, metavar="N", help="time N frames of the source, or of noise"
    )
    group.add_argument(
        "--data",
        type=Path,
        metavar="F.npz",
        help="with --bench: a packed data set, whose test images give the accuracy, and the frames"
        " where there is no source",
    )


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--save",
        metavar="F",
        help="draw landmarks: a PNG, or a folder/ for several images; for a camera or video"
        f" {', '.join(CODECS)}, or .jsonl for JSON lines",
    )
    group.add_argument("--json", action="store_true", help="one JSON line per face on stdout")
    group.add_argument("--quiet", action="store_true", help="no progress and no summary")


def _add_page(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--http",
        nargs="?",
        type=int,
        const=8000,
        metavar="PORT",
        help="show the stream in browsers (default port: 8000); a video then keeps its pace",
    )
    group.add_argument(
        "--address",
        metavar="A",
        help="where to listen (default: 127.0.0.1, this machine only); others need the token",
    )
    group.add_argument("--token", metavar="T", help="what the page's address must hold")
    group.add_argument("--jpeg-quality", type=int, metavar="Q", help="1 to 100 (default: 80)")
    group.add_argument(
        "--stream-fps", type=float, metavar="F", help="pictures per second at most (default: 60)"
    )
