# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`python -m bitstream_flow.benchmarks.peers --data FOLDER [--config face-z1 …]`.

NME on HELEN and AFLW2000-3D of our networks and of dlib, MediaPipe and face-api.js, all on the same
boxes, as they are and with each one's mean offset per landmark taken off; CPU time per face.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from bitstream_flow.artifacts.build import Build
from bitstream_flow.benchmarks.peers.compare import (
    Faces,
    in_turns,
    picture_of,
    scores_of,
    suited,
)
from bitstream_flow.benchmarks.peers.contestants import PEERS, Contestant, Network, Peer
from bitstream_flow.benchmarks.peers.results import Entry, as_json, table
from bitstream_flow.benchmarks.peers.worker import Worker
from hls.common.errors import InputError, run_command
from hls.common.folders import build_root
from hls.common.progress import note
from hls.streams.views import COUNTS
from host.bundle.bundle import load_bundle
from model.config import load_config
from model.data.load import data_folder
from model.evaluation.pictures import png
from model.evaluation.tables import markdown

_LANDMARKS = 68
_FILES = "helen68.npz, aflw2000-3d/ and wild68.npz"


def networks(names: Sequence[str], board: str, views: Sequence[int]) -> Iterator[Network]:
    """Each build's network, for each number of views."""
    for name in dict.fromkeys(names):
        bundle = load_bundle(Build.existing(name, board).bundle)
        if bundle.landmarks != _LANDMARKS:
            raise InputError(f"{name} finds {bundle.landmarks} landmarks, its peers {_LANDMARKS}")
        config = load_config(bundle.manifest.config)
        for number in dict.fromkeys(views):
            yield Network(bundle, config, number)


@contextmanager
def started(peers: Sequence[Peer]) -> Iterator[list[tuple[Peer, Worker]]]:
    """The peers that are there; a line on stderr for each other one."""
    with ExitStack() as stack:
        found = []
        for peer in peers:
            try:
                worker = peer.start(build_root() / "peers")
            except InputError as error:
                note(f"skipped {error}: see `make bench-peers`")
                continue
            stack.callback(worker.close)
            found.append((peer, worker))
        yield found


def entries_of(
    ours: Sequence[Network], peers: Sequence[tuple[Peer, Worker]], faces: Faces
) -> list[tuple[Contestant, Entry]]:
    """Everybody's scores; a peer that stops on the way is left out, with a line on stderr."""
    found: list[tuple[Contestant, Entry]] = [
        (network, Entry(network.name, network.views, scores_of(network, faces))) for network in ours
    ]
    for peer, worker in peers:
        try:
            contestant = suited(peer, worker, faces)
            entry = Entry(peer.name, 1, scores_of(contestant, faces), contestant.note)
        except InputError as error:
            note(f"skipped {error}")
            continue
        found.append((contestant, entry))
    return found


def notes_of(faces: Faces, timed: int) -> list[str]:
    """What a reader of the table has to know."""
    count = ", ".join(f"{len(dataset)} faces of {data.name}" for data, dataset in faces.tests)
    return [
        f"{count}, the same boxes for all. HELEN is in dlib's training set, and its labels are of"
        " dlib's style, from which offsets lead away; its NME is by the outer eye corners,"
        " AFLW2000-3D's by sqrt(w h).",
        f"Fitted on {len(faces.training)} training faces of wild68 with jittered boxes: offsets (a"
        " mean per landmark, in units of the box, over the faces that are at most 10 % off) and"
        " MediaPipe's points (the mesh point nearest to each label); each peer's square on"
        f" {len(faces.tuning)}. A face that is not found counts with wild68's mean shape.",
        f"CPU time of all threads from the cut square to the points, median of {timed} faces, all"
        " taking turns, so that nobody's data is in the cache; all views together; load"
        f" {os.getloadavg()[0]:.1f}.",
    ]


def arguments() -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(
        prog="python -m bitstream_flow.benchmarks.peers", description=__doc__.partition("\n")[2]
    )
    parser.add_argument("--config", nargs="+", action="extend", help="default: face-z1")
    parser.add_argument("--board", default="Pynq-Z1", help="(default: %(default)s)")
    parser.add_argument("--data", type=Path, help=f"folder with {_FILES} (or LANDMARK_DATA)")
    parser.add_argument(
        "--views", nargs="+", type=int, default=[1], choices=COUNTS, metavar="N",
        help="our inferences per face, several numbers for several rows (default: 1)",
    )  # fmt: skip
    for name, default, what in (
        ("faces", 2000, "test faces at most of each set"),
        ("fit", 2000, "training faces for offsets"),
        ("tune", 150, "of these for the choice of a peer's square"),
        ("timed", 100, "faces to time"),
    ):
        parser.add_argument(
            f"--{name}", type=int, default=default, metavar="N", help=f"{what} (default: {default})"
        )
    parser.add_argument("--out", type=Path, help="folder for pictures of what each one finds")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each figure")
    return parser.parse_args()


def main() -> None:
    """Command line."""
    args = arguments()
    if min(args.faces, args.fit, args.tune, args.timed) < 1:
        raise InputError("--faces, --fit, --tune and --timed need at least one face")
    ours = list(networks(args.config or ["face-z1"], args.board, args.views))
    faces = Faces.load(data_folder(args.data), args.faces, args.fit, args.tune)
    with started(PEERS) as peers:
        found = entries_of(ours, peers, faces)
        contestants = [contestant for contestant, _ in found]
        timed = faces.tests[0][1].spread(args.timed)
        seconds = in_turns(contestants, timed)
    entries = [replace(entry, seconds=s) for (_, entry), s in zip(found, seconds, strict=True)]
    if args.out:
        write_pictures(contestants, faces, args.out)
    lines = as_json(entries) if args.json else markdown(table(entries, notes_of(faces, len(timed))))
    print(lines)


def write_pictures(contestants: Sequence[Contestant], faces: Faces, folder: Path) -> None:
    """A file for each contestant and data set."""
    folder.mkdir(parents=True, exist_ok=True)
    for contestant in contestants:
        stem = contestant.name.replace(",", "").replace(" ", "-")
        for number, (data, _) in enumerate(faces.tests):
            picture = png(picture_of(contestant, faces, number))
            (folder / f"{stem}-{data.name}.png").write_bytes(picture)


if __name__ == "__main__":
    run_command(main)
