# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What runs in .venv-peers or node, and knows nothing of the project but how it answers."""
