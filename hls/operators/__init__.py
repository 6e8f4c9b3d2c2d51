# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""One reading unit per operator: specification (.py), RTL (.sv) and HLS C++ (.hpp) side by side.

`parts/` holds the RTL and C++ that several operators share.
"""
