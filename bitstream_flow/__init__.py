# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The dataflow compiler: QONNX to a folded graph of streaming operators, RTL and a bundle."""

import logging

# Brevitas' import looks for a CUDA toolkit, and PyTorch warns of one that is without a GPU.
logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
