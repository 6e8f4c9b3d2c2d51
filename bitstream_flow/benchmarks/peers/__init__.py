# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Our networks beside dlib, MediaPipe and face-api.js: the same boxes, accuracy beside speed.

`make bench-peers DATA=folder`. Each peer runs in a process of its own (`sides/`), from an
environment that the project does not depend on. Where a face's landmarks are is said in units of
its box throughout: x and y of 0 are its middle, its side is 1.
"""
