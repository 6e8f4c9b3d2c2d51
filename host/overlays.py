# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Bitstreams for pynq's own loader: `pynq.Overlay("face-tiny-Pynq-Z1/bundle/overlay.bit")`.

pynq searches the folder of whatever the entry point `pynq.overlays` names: here that of the builds.
"""

from __future__ import annotations

from hls.common.folders import build_root

__path__ = [str(build_root())]
