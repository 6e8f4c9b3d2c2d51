# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What run_pynq.py does: options, photographs, live streams, benchmark."""
