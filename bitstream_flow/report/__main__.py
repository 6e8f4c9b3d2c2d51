# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make report`: write the page of a build that `make bitstream` left, print where it is."""

from __future__ import annotations

import argparse

from bitstream_flow.artifacts.build import Build
from bitstream_flow.report.page import write_report
from bitstream_flow.report.summary import Summary, write_summary
from hls.common.errors import run_command


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.report", description=__doc__)
    parser.add_argument("--config", default="face-tiny", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    args = parser.parse_args()
    summary = Summary.read(Build.existing(args.config, args.board))
    print(write_summary(summary))
    print(f"report: {write_report(summary)}")


if __name__ == "__main__":
    run_command(main)
