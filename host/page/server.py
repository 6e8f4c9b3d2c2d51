# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The HTTP server of the live page: a thread a connection, all of them ended by `close`."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import threading
from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from host.page.access import Access
from host.page.feed import BOUNDARY, MOST_VIEWERS, Feed

_FOLDER = Path(__file__).parent
_FILES = {
    "/page.css": "text/css; charset=utf-8",
    "/page.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}
_SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A browser has one connection for the stream, and some more for everything else.
_MOST_CONNECTIONS = 4 * MOST_VIEWERS
# Pictures wait here for a slow viewer: a buffer as large as the system likes would hold seconds.
_SEND_BUFFER_BYTES = 1 << 17
_GONE_CHECK_SECONDS = 0.5


class LiveServer(ThreadingHTTPServer):
    """Serves `feed` at a socket address (raises OSError as `bind` does)."""

    request_queue_size = 64
    daemon_threads = True

    def __init__(
        self, family: int, address: tuple[Any, ...], token: str | None, title: str, feed: Feed
    ) -> None:
        self.address_family = family
        self.feed = feed
        self.title = title
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._connections_lock = threading.Lock()
        super().__init__(address, Handler)  # type: ignore[arg-type]
        bound: tuple[Any, ...] = self.server_address
        self.access = Access(bound[0], bound[1], token)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.1,), name="page-server", daemon=True
        )
        self._thread.start()

    def server_bind(self) -> None:
        # HTTPServer's asks DNS for the machine's name, which takes seconds without a network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the connection's thread, or hang up when there are too many."""
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="page-connection", daemon=True
        )
        with self._connections_lock:
            full = len(self._connections) >= _MOST_CONNECTIONS
            if not full:
                self._connections[thread] = request
        if full:
            self.shutdown_request(request)
        else:
            thread.start()

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._connections_lock:
                del self._connections[threading.current_thread()]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is no error; anything else is, and must be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Hang up on everybody and end all threads."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._connections_lock:
            connections = dict(self._connections)
        for thread, connection in connections.items():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()


class Handler(BaseHTTPRequestHandler):
    """One connection of a browser."""

    server: LiveServer
    protocol_version = "HTTP/1.1"
    server_version = "binary-landmarks"
    sys_version = ""
    disable_nagle_algorithm = True
    # Seconds that a browser may take to ask, or to take one picture.
    timeout = 10

    def do_GET(self) -> None:
        try:
            address = urlsplit(self.path)
            query = dict(parse_qsl(address.query, max_num_fields=16))
        except ValueError:
            return self._say(HTTPStatus.BAD_REQUEST, "this address cannot be read")
        if (refusal := self.server.access.refusal(self.headers, query)) is not None:
            return self._say(HTTPStatus.FORBIDDEN, refusal)
        if address.path in _FILES:
            return self._file(address.path, query)
        answers = {
            "/": self._page,
            "/stream.mjpg": self._stream,
            "/status.json": self._status,
            "/snapshot.jpg": self._snapshot,
        }
        if address.path in answers:
            return answers[address.path](query)
        return self._say(HTTPStatus.NOT_FOUND, "there is no such page")

    do_HEAD = do_GET

    def _refuse_method(self) -> None:
        self.close_connection = True
        allow = {"Allow": "GET, HEAD", "Connection": "close"}
        self._say(HTTPStatus.METHOD_NOT_ALLOWED, "this page can only be read", allow)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse_method

    def _page(self, query: Mapping[str, str]) -> None:
        text = (_FOLDER / "page.html").read_text(encoding="utf-8")
        body = text.replace("{{ title }}", escape(self.server.title)).encode()
        self._answer("text/html; charset=utf-8", body, self._cookie(query))

    def _file(self, path: str, query: Mapping[str, str]) -> None:
        self._answer(_FILES[path], (_FOLDER / path[1:]).read_bytes(), self._cookie(query))

    def _status(self, query: Mapping[str, str]) -> None:
        report = self.server.feed.report(query.get("stream", ""))
        body = json.dumps(report, allow_nan=False).encode()
        self._answer("application/json", body, self._cookie(query))

    def _snapshot(self, query: Mapping[str, str]) -> None:
        found = self.server.feed.snapshot()
        if found is None:
            return self._say(HTTPStatus.SERVICE_UNAVAILABLE, "there is no picture yet")
        number, jpeg = found
        name = {"Content-Disposition": f'attachment; filename="landmarks-{number}.jpg"'}
        return self._answer("image/jpeg", jpeg, name | self._cookie(query))

    def _stream(self, query: Mapping[str, str]) -> None:
        name = query.get("stream", "")
        if not self.server.feed.enter(name):
            text = f"all {MOST_VIEWERS} places are taken: try again later"
            return self._say(HTTPStatus.SERVICE_UNAVAILABLE, text, {"Retry-After": "5"})
        try:
            self.close_connection = True
            kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
            self._head(HTTPStatus.OK, kind, {"Connection": "close"} | self._cookie(query))
            if self.command != "HEAD":
                self._send_pictures()
        finally:
            self.server.feed.leave(name)

    def _send_pictures(self) -> None:
        """Always the newest picture: those that arrived while the last was sent are left out."""
        feed, number = self.server.feed, 0
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self.wfile.write(f"--{BOUNDARY}\r\n".encode())
        while not feed.closed:
            part = feed.next(number, _GONE_CHECK_SECONDS)
            if part is not None:
                self.wfile.write(part.data)
                number = part.number
            elif self._has_gone():
                return

    def _has_gone(self) -> bool:
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        return self.connection.recv(1, socket.MSG_PEEK) == b""

    def _cookie(self, query: Mapping[str, str]) -> dict[str, str]:
        cookie = self.server.access.cookie(query)
        return {} if cookie is None else {"Set-Cookie": cookie}

    def _say(self, status: HTTPStatus, line: str, headers: Mapping[str, str] | None = None) -> None:
        self._answer("text/plain; charset=utf-8", f"{line}\n".encode(), headers, status)

    def _answer(
        self,
        kind: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> None:
        self._head(status, kind, {"Content-Length": str(len(body))} | dict(headers or {}))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: HTTPStatus, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind} | _SECURITY | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself finds wrong with a request, in one line as well."""
        self.close_connection = True
        # An unreadable request counts as HTTP/0.9, whose answers have no headers.
        self.request_version = self.protocol_version
        status = HTTPStatus(code)
        self._say(status, message or status.phrase, {"Connection": "close"})

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: standard error belongs to the program's own messages."""
