# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A step runs again when code that it runs has changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitstream_flow.build import BUNDLE, EXPORT, FOLD, FRONTEND, MAP, check_step
from hls.common import cache
from hls.common.cache import ROOT, code_of

STEPS = {step.name: step for step in (EXPORT, FRONTEND, FOLD, BUNDLE, check_step(5), MAP)}


def _code(name: str) -> set[str]:
    step = STEPS[name]
    code = code_of(*step.modules, hardware=step.hardware)
    return {str(path.relative_to(ROOT)) for path in code}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_depends_on_the_page_or_the_report(step: str) -> None:
    far = (
        "host/live/",
        "host/page/",
        "host/app/",
        "bitstream_flow/report/",
        "bitstream_flow/vendors/",
        "tests/",
    )
    assert not [path for path in _code(step) if path.startswith(far)]


@pytest.mark.parametrize(
    ("step", "needs"),
    [
        ("export", "model/network/rounding_ties.py"),
        ("frontend", "bitstream_flow/frontend/thresholds.py"),
        ("fold", "hls/operators/xnor_mvu.py"),
        ("fold", "bitstream_flow/fifos/schedule.py"),
        ("bundle", "hls/operators/parts/popcount.sv"),
        ("bundle", "host/bundle/seal.py"),
        ("check", "hls/operators/window.hpp"),
        ("check", "hls/simulate/csim/scheduler.hpp"),
        ("check", "hls/simulate/verilator/main.cpp"),
        ("check", "host/emulator/native/products.hpp"),
        ("check", "host/golden/model.py"),
        ("map", "bitstream_flow/synth/yosys.py"),
    ],
)
def test_what_a_step_runs_is_in_its_key(step: str, needs: str) -> None:
    assert (ROOT / needs).is_file() and needs in _code(step)


def test_imports_inside_functions_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, line in (("a", "def f():\n    from p import b"), ("b", "import p.c"), ("c", "")):
        (tmp_path / "p").mkdir(exist_ok=True)
        (tmp_path / "p" / f"{name}.py").write_text(line)
    (tmp_path / "p" / "d.sv").write_text("")
    monkeypatch.setattr(cache, "ROOT", tmp_path)
    names = [path.name for path in code_of("p.a")]
    assert names == ["a.py", "b.py", "c.py"]
    assert [path.name for path in code_of("p.a", hardware=True)] == [*names, "d.sv"]
