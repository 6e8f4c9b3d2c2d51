# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Who may see the page: the name it is called by, and the token."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from email.message import Message
from urllib.parse import urlsplit


class Access:
    """Decides on each request to a server bound to `address` (an IP address) and `port`."""

    def __init__(self, address: str, port: int, token: str | None) -> None:
        self._token = token
        self._loopback = _is_loopback(address)
        # Cookies are shared by all ports of a host, so that each port's has a name of its own.
        self._cookie_name = f"landmarks-{port}"
        # The token may have characters that a cookie may not, its digest has none. It stays the
        # same when the server starts again with the same token: an open page goes on.
        key = (token or "").encode("utf-8", "surrogateescape")
        self._cookie_value = hmac.new(key, b"binary landmarks page", hashlib.sha256).hexdigest()

    def refusal(self, headers: Message, query: Mapping[str, str]) -> str | None:
        """Why the request is refused, in one line; None when it is allowed."""
        if not self._knows(headers.get_all("Host", [])):
            return "open this page by the machine's IP address, or as localhost on the machine"
        if self._token is None or self._has_token(headers, query):
            return None
        return "this page needs its token: open the whole address that the program printed"

    def cookie(self, query: Mapping[str, str]) -> str | None:
        """The cookie to set, for a request that brought the token in its address."""
        if self._token is None or "token" not in query:
            return None
        return f"{self._cookie_name}={self._cookie_value}; Path=/; HttpOnly; SameSite=Strict"

    def _knows(self, hosts: list[str]) -> bool:
        """Whether the page was called by a name that no stranger's DNS can point at it."""
        name = _host_name(hosts[0]) if len(hosts) == 1 else ""
        if self._loopback:
            return name == "localhost" or _is_loopback(name)
        if self._token is not None:
            return bool(name)
        return bool(name) and ("." not in name or name.endswith(".local") or _is_address(name))

    def _has_token(self, headers: Message, query: Mapping[str, str]) -> bool:
        if self._token is not None and "token" in query:
            return _equal(query["token"], self._token)
        return _equal(_cookie(headers, self._cookie_name), self._cookie_value)


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def _cookie(headers: Message, name: str) -> str:
    for header in headers.get_all("Cookie", []):
        for piece in header.split(";"):
            key, _, value = piece.strip().partition("=")
            if key == name:
                return value
    return ""


def _equal(given: str, wanted: str) -> bool:
    first, second = (text.encode("utf-8", "surrogateescape") for text in (given, wanted))
    return hmac.compare_digest(first, second)
