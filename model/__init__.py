# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The binary hourglass network: configuration, training, evaluation, export."""

import logging

# Brevitas' import looks for a CUDA toolkit, and PyTorch warns of one that is without a GPU.
logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
