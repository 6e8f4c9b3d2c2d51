# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The live web page: pictures with landmarks and figures, for any number of browsers up to 32."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any
from urllib.parse import quote

import numpy as np

from hls.common.errors import InputError
from host.page.feed import Feed
from host.page.server import LiveServer
from host.page.status import Status


class Page:
    """Serves the page at `address` (a name or an IP address) and `port` (0: a free one).

    With a `token` the page opens only for who knows it. `quality` (1 to 100) is that of the
    stream's JPEGs, `stream_fps` their largest rate. What cannot be served is an InputError.
    """

    def __init__(
        self,
        address: str,
        port: int,
        token: str | None = None,
        *,
        title: str = "Binary landmarks",
        quality: int = 80,
        stream_fps: float = 60.0,
    ) -> None:
        _check(port, token, quality, stream_fps)
        family, place = _resolve(address, port)
        self._feed = Feed(quality, stream_fps)
        try:
            self._server = LiveServer(family, place, token, title, self._feed)
        except OSError as error:
            self._feed.close()
            raise InputError(_reason(error, address, port)) from None
        self.url = _url(address, self._server.server_address, token)

    @property
    def viewers(self) -> int:
        """Browsers on the stream now."""
        return self._feed.viewers

    def show(self, picture: np.ndarray, status: Status, captured: float | None = None) -> None:
        """Make RGB uint8 (H, W, 3) the newest picture; returns at once.

        The picture is kept, not copied: it must not be written to afterwards. `captured` is when it
        was taken, in seconds of time.monotonic(), by default now.
        """
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise ValueError(f"an RGB uint8 picture is needed, got {picture.dtype} {picture.shape}")
        self._feed.show(picture, status, captured)

    def close(self) -> None:
        """Hang up on all browsers and end all threads; a second call does nothing."""
        if not self._feed.closed:
            self._feed.close()
            self._server.close()

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _check(port: int, token: str | None, quality: int, stream_fps: float) -> None:
    if not 0 <= port <= 65535:
        raise InputError(f"port {port} is none: give one from 1024 to 65535, or 0 for a free one")
    if token == "":
        raise InputError("an empty token protects nothing: give some characters, or no token")
    if not 1 <= quality <= 100:
        raise InputError(f"JPEG quality {quality} is none: give 1 to 100")
    if not stream_fps > 0:
        raise InputError(f"{stream_fps:g} pictures per second cannot be streamed: give more than 0")


def _resolve(address: str, port: int) -> tuple[int, tuple[Any, ...]]:
    """Family and socket address of the first thing that `address` means."""
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InputError(_foreign(address, port)) from None
    return found[0][0], found[0][4]


def _reason(error: OSError, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: give another one, or 0 for one that is free"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} is not allowed to this user: give one from 1024 to 65535"
    if error.errno == errno.EADDRNOTAVAIL:
        return _foreign(address, port)
    return f"port {port} of {address} cannot be served ({error.strerror}): give another one"


def _foreign(address: str, port: int) -> str:
    return (
        f"port {port} cannot be served at {address}: that is no address of this machine; give"
        " 127.0.0.1 for this machine alone, or 0.0.0.0 for its network"
    )


def _url(address: str, bound: Any, token: str | None) -> str:
    host = address or str(bound[0])
    if ipaddress.ip_address(bound[0].partition("%")[0]).is_unspecified:
        host = _own_address() or socket.gethostname()
    if ":" in host:
        host = f"[{host}]"
    query = "" if token is None else f"?token={quote(token, safe='', errors='surrogateescape')}"
    return f"http://{host}:{bound[1]}/{query}"


def _own_address() -> str | None:
    """The address by which others reach this machine; a UDP socket sends nothing to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
