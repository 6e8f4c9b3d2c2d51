# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A new board, step by step: `python -m host.selftest --bundle DIR [--backend board]`.

One line per step, ok or failed with the remedy; exit status 1 if any failed.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from hls.common.errors import InputError, one_line, run_command
from hls.common.folders import build_root
from hls.common.progress import note
from host.backends import BACKENDS
from host.bundle.bundle import default_bundle
from host.bundle.seal import BIT
from host.selftest.checks import CHECKS, CheckError, Session

# Without these the later steps have nothing to work with.
_FIRST = ("bundle", "open")


@dataclass(frozen=True)
class CheckOutcome:
    """The outcome of one check; `ok` is None where it was not run."""

    name: str
    ok: bool | None
    text: str
    remedy: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        state = {True: "ok", False: "FAILED", None: "not run"}[self.ok]
        remedy = f"\n{'':20}remedy: {self.remedy}" if self.remedy else ""
        return f"{self.name:10}{state:10}{self.text}{remedy}"


def run_checks(session: Session, log: TextIO) -> list[CheckOutcome]:
    """Every check in order, each printed as it ends."""
    steps: list[CheckOutcome] = []
    try:
        for name in CHECKS:
            broken = [step.name for step in steps if step.name in _FIRST and not step.ok]
            step = (
                CheckOutcome(name, None, f"{broken[0]} failed") if broken else _run(name, session)
            )
            steps.append(step)
            print(step, file=log, flush=True)
    finally:
        session.close()
    return steps


def _run(name: str, session: Session) -> CheckOutcome:
    try:
        found = CHECKS[name](session)
    except CheckError as error:
        return CheckOutcome(name, False, str(error), error.remedy)
    except InputError as error:
        # Its one line names the remedy already.
        return CheckOutcome(name, False, str(error))
    except Exception as error:
        return CheckOutcome(
            name, False, one_line(error), "not foreseen: please send us the output of --json"
        )
    return CheckOutcome(name, True if found.done else None, found.text, figures=dict(found.figures))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parse(arguments)
    log = sys.stderr if options.json else sys.stdout
    folder = options.bundle or default_bundle(build_root())
    backend = options.backend
    if backend is None:
        backend = "board" if (folder / BIT).is_file() else "emulator"
        print(f"testing {backend} (--backend chooses another)", file=log)
    session = Session(
        folder,
        backend,
        options.frames,
        options.seconds,
        options.image,
        note,
    )
    steps = run_checks(session, log)
    passed = not any(step.ok is False for step in steps)
    if options.json:
        report = {"ok": passed, "backend": backend, "bundle": str(folder)}
        print(json.dumps(report | {"steps": [asdict(step) for step in steps]}, indent=2))
    print("all that was run is ok" if passed else "the self-test FAILED", file=log)
    return 0 if passed else 1


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host.selftest", description=__doc__)
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="default: the one below build/")
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        help="default: board where there is an overlay.bit, else emulator",
    )
    parser.add_argument("--image", type=Path, metavar="F", help="a picture with a face")
    parser.add_argument("--frames", type=int, default=50, metavar="N", help="frames to compare")
    parser.add_argument(
        "--seconds", type=float, default=4.0, metavar="S", help="how long speed and memory take"
    )
    parser.add_argument("--json", action="store_true", help="the report as JSON on stdout")
    options = parser.parse_args(arguments)
    if options.frames < 1:
        raise InputError("--frames needs at least one frame")
    if not options.seconds > 0:
        raise InputError("--seconds must be above 0")
    return options


if __name__ == "__main__":
    run_command(main)
