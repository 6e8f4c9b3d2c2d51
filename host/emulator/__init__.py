# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The emulator: the bundle's network by compiled code on any CPU, bit for bit.

`Emulator(graph).run(images)`; `python -m host.emulator` compares it with the golden model.
"""

from __future__ import annotations

from host.emulator.engine import Emulator as Emulator
