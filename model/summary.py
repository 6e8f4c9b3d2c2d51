# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Parameters and multiplications of a configuration: `python -m model.summary --config X`."""

from __future__ import annotations

import argparse

from hls.common.errors import run_command
from model.config import load_config
from model.network.count import count


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m model.summary", description=__doc__)
    parser.add_argument("--config", default="face-tiny")
    args = parser.parse_args()
    for kind, total in count(load_config(args.config)).items():
        print(f"{kind:>8}: {total.weights:>10,} weights, {total.macs / 1e6:>9.2f} M MAC per frame")


if __name__ == "__main__":
    run_command(main)
