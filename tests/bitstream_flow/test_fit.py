# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Does it fit: the answer, and each way in which it does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from bitstream_flow.boards.board import load_board
from bitstream_flow.fit import main
from bitstream_flow.plan.budget import check_budget, fastest, shares
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.planner import USABLE, Planner
from hls.common.errors import InputError
from tests.networks import tiny_hourglass

BOARD = load_board("Pynq-Z1")


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["fit", *arguments])
    main()


def test_table_and_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(monkeypatch, "--config", "face-tiny", "--board", "Pynq-Z1", "--fps", "1000")
    text = capsys.readouterr().out
    assert "predicted" in text and "xnor_mvu" in text and "of the part" in text
    assert "frames/s at 100 MHz" in text and "scarcest: LUT" in text


@pytest.mark.parametrize(("board", "has"), [("Pynq-Z1", False), ("KV260", True)])
def test_the_table_shows_what_the_part_has(
    board: str, has: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(monkeypatch, "--config", "face-tiny", "--board", board, "--fps", "500")
    assert ("URAM" in capsys.readouterr().out) == has


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--board", "Pynq-Z9"], "unknown board 'Pynq-Z9'; known: "),
        (["--config", "nothing"], "unknown configuration 'nothing'"),
        (["--config", "face-tiny", "--fps", "1e6"], "ask for a lower frame rate"),
        (["--config", "face-tiny", "--fps", "0"], "frame rate 0 must be above 0"),
        (
            ["--config", "face-z1", "--fps", "2500", "--set", "network.width=128"],
            r"needs .*, 1\d\d% of those of Pynq-Z1; .* more",
        ),
    ],
)
def test_bad_input_is_one_line(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        _run(monkeypatch, *arguments)


def test_the_fastest_plan_fits_and_hardly_more_would() -> None:
    # A part so small that the hourglass of the tests is tight in it.
    board = replace(BOARD, budget=BOARD.budget * 0.06)
    planner = Planner(tiny_hourglass(), board.budget)
    slow = planner.plan(Target(20_000))
    best = fastest(planner, board)
    assert best is not None and best.interval < slow.interval
    check_budget(best, board, "the test network")
    faster = planner.plan(Target(best.interval - 1))
    assert max(shares(faster.resources, board).values()) > USABLE


def test_nothing_fits_a_part_without_memory() -> None:
    board = replace(BOARD, budget=BOARD.budget * 0.001)
    planner = Planner(tiny_hourglass(), board.budget)
    assert fastest(planner, board) is None


class _Hopeful:
    """A planner whose program does not know all that a plan costs."""

    quickest = 1000

    def __init__(self, cost: float) -> None:
        self._cost, self.planned = cost, 0

    def choose(self, target: Target) -> tuple[None, float]:
        return None, 100 / target.cycles

    def plan(self, target: Target) -> SimpleNamespace:
        self.planned += 1
        share = _Share((100 + self._cost) / target.cycles)
        return SimpleNamespace(target=target, resources=share)


@dataclass(frozen=True)
class _Share:
    share: float

    def shares(self, _: object) -> dict[str, float]:
        return {"lut": self.share}


def test_a_rate_far_below_the_programs_hope_is_found() -> None:
    planner = _Hopeful(5000)
    best = fastest(planner, BOARD)
    # 5100 cycles' worth of the part: at 0.9 of it 5667 cycles per frame, within a step.
    assert 5667 <= best.target.cycles <= 5667 * 1.05
    assert planner.planned <= 9
    assert fastest(_Hopeful(1e9), BOARD) is None
