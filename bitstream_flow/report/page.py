# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The page: the template filled with a build's figures, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bitstream_flow.plan.budget import titles
from bitstream_flow.plan.planner import USABLE
from bitstream_flow.report import charts, pictures
from bitstream_flow.report.contents import Contents, error, gather
from bitstream_flow.report.roofline import bounds, roofline
from bitstream_flow.report.summary import LANE_GOAL, Summary
from hls.operators.resources import Resources

TEMPLATES = Path(__file__).parent
LARGE_FIFOS = 20


def write_report(summary: Summary) -> Path:
    """Write `report.html` into the build's folder; returns its path."""
    path = summary.build.folder / "report.html"
    path.write_text(render(gather(summary)), encoding="utf-8")
    return path


def render(contents: Contents) -> str:
    """The page as text."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters |= {"number": number, "share": share, "signed": signed}
    roof = roofline(contents)
    return env.get_template("page.html").render(
        c=contents,
        s=contents.summary,
        board=contents.summary.build.board,
        names=titles(contents.summary.build.board),
        usable=USABLE,
        lane_goal=LANE_GOAL,
        large=LARGE_FIFOS,
        error=error,
        total=_total,
        overview=pictures.overview(contents),
        details=pictures.details(contents),
        box=(pictures.WIDTH, pictures.HEIGHT),
        roof=roof,
        bounds=bounds(contents, roof),
        roofline_plot=charts.roofline_plot(roof),
        error_plot=charts.error_plot(contents),
        stacks=charts.stacks(contents),
        memory=charts.memory(contents),
        frame=(charts.LEFT, charts.RIGHT, charts.TOP, charts.BOTTOM),
    )


def number(value: float, digits: int = 0) -> str:
    """With commas, and decimals only where there are any."""
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float | None) -> str:
    """As a percentage, or a dash for None."""
    return "–" if value is None else f"{value:.1%}"


def signed(value: float | None) -> str:
    """As a percentage with its sign, or a dash for None."""
    return "–" if value is None else f"{value:+.1%}".replace("-", "−")


def _total(rows: list[Any]) -> tuple[Resources, Resources]:
    """(mapped, predicted) of rows of operators."""
    return (
        sum((row.mapped for row in rows), Resources()),
        sum((row.predicted for row in rows), Resources()),
    )
