#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
# Python as PYNQ needs it: `sudo host/on_board.sh host/run_pynq.py --image me.jpg`.
# sudo empties the environment, so the image's own profile scripts are read here.
for profile in pynq_venv xrt_setup boardname; do
  if [ -r "/etc/profile.d/$profile.sh" ]; then
    . "/etc/profile.d/$profile.sh"
  fi
done
PYTHONPATH=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH
exec python3 "$@"
