# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The live page's HTTP: what it answers, whom it refuses, and where it can't be served."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import asdict, fields

import cv2
import numpy as np
import pytest

from hls.common.errors import InputError
from hls.common.folders import ROOT
from host.page import page as page_module
from host.page.page import Page
from host.page.status import Status

STATUS = Status(frames=7, fps=25.0, latency_ms=float("nan"), stages={"draw": 1.5})


@pytest.fixture()
def page() -> Iterator[Page]:
    with Page("127.0.0.1", 0, title="A <b> title") as page:
        yield page


@pytest.fixture()
def guarded() -> Iterator[Page]:
    with Page("127.0.0.1", 0, "pass;wörd &") as page:
        yield page


def _port(page: Page) -> int:
    return int(page.url.split(":")[-1].split("/")[0])


def _ask(
    page: Page, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", _port(page), timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    result = answer.status, dict(answer.headers), answer.read()
    connection.close()
    return result


def _raw(page: Page, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", _port(page)), 10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def _picture() -> np.ndarray:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:] = 200, 40, 20
    return picture


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/", "text/html", b"<title>A &lt;b&gt; title</title>"),
        ("/?anything=1", "text/html", b"</html>"),
        ("/page.css", "text/css", b"--ground"),
        ("/page.js", "text/javascript", b"use strict"),
        ("/icon.svg", "image/svg+xml", b"<svg"),
        ("/status.json", "application/json", b'"pictures": 0'),
    ],
)
def test_answers(page: Page, path: str, kind: str, text: bytes) -> None:
    status, headers, body = _ask(page, path)
    assert status == 200 and text in body
    assert headers["Content-Type"].split(";")[0] == kind
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Python" not in headers["Server"]
    head = _ask(page, path, "HEAD")
    assert head[0] == 200 and head[2] == b"" and head[1]["Content-Length"] == str(len(body))


def test_nothing_comes_from_elsewhere(page: Page) -> None:
    for path in ("/", "/page.css", "/page.js"):
        text = _ask(page, path)[2].decode()
        assert "http:" not in text and "https:" not in text and "//cdn" not in text
    assert " style=" not in _ask(page, "/")[2].decode()


@pytest.mark.parametrize(
    "path",
    ["/x", "/page.py", "/../page.py", "/%2e%2e/page.py", "/page.css/", "/__init__.py", "/.."],
)
def test_unknown_path(page: Page, path: str) -> None:
    status, headers, body = _ask(page, path)
    assert status == 404 and body == b"there is no such page\n"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_reading(page: Page, method: str) -> None:
    status, headers, body = _ask(page, "/", method)
    assert status == 405 and headers["Allow"] == "GET, HEAD" and body.count(b"\n") == 1


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"501"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"505"),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET /?" + b"&".join([b"a=1"] * 99) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET http://[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n\r\n", b"403"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", b"403"),
        (b"GET /\r\n\r\n", b""),
    ],
)
def test_odd_requests(page: Page, request_: bytes, code: bytes) -> None:
    answer = _raw(page, request_)
    if code:
        assert answer.startswith(b"HTTP/1.1 " + code)
        assert b"nosniff" in answer and b"Traceback" not in answer
    assert _ask(page, "/")[0] == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("localhost:1", 200), ("127.0.0.1:80", 200), ("[::1]:80", 200),
        ("LOCALHOST.", 200), ("evil.example", 403), ("localhost.evil.example", 403),
        ("192.168.2.99", 403), ("[", 403), ("", 403), ("127.0.0.1.evil.example", 403),
    ],
)  # fmt: skip
def test_dns_rebinding(page: Page, host: str, status: int) -> None:
    assert _ask(page, "/status.json", Host=host)[0] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("192.168.2.99:8000", 200), ("pynq", 200), ("pynq.local:80", 200), ("evil.example", 403)],
)
def test_dns_rebinding_on_a_network(host: str, status: int) -> None:
    with Page("0.0.0.0", 0) as page:
        assert _ask(page, "/", Host=host)[0] == status


def test_token(guarded: Page) -> None:
    for path in ("/", "/page.js", "/stream.mjpg", "/status.json", "/snapshot.jpg", "/x"):
        for wrong in ("", "?token=", "?token=pass", "?token=pass%3Bw%C3%B6rd%20%26x", "?token=%ff"):
            status, headers, body = _ask(guarded, path + wrong)
            assert status == 403 and "Set-Cookie" not in headers
            assert body.count(b"\n") == 1 and b"needs its token" in body
    query = guarded.url[guarded.url.index("?") :]
    status, headers, _ = _ask(guarded, f"/{query}")
    name, *attributes = headers["Set-Cookie"].split("; ")
    assert status == 200 and {"HttpOnly", "SameSite=Strict", "Path=/"} == set(attributes)
    assert "pass" not in name
    assert _ask(guarded, "/status.json", Cookie=f"other=1; {name}")[0] == 200
    assert _ask(guarded, "/status.json", Cookie=f"{name[:-1]}")[0] == 403
    assert _ask(guarded, "/status.json?token=wrong", Cookie=name)[0] == 403
    assert _ask(guarded, f"/status.json{query}")[0] == 200


def test_cookies_of_two_pages_differ(guarded: Page) -> None:
    with Page("127.0.0.1", 0, "another") as other:
        cookie = _ask(other, "/?token=another")[1]["Set-Cookie"].split(";")[0]
        assert _ask(guarded, "/", Cookie=cookie)[0] == 403
        value = cookie.split("=")[1]
        assert _ask(guarded, "/", Cookie=f"landmarks-{_port(guarded)}={value}")[0] == 403


def test_status(page: Page) -> None:
    page.show(_picture(), STATUS, captured=1.0)
    report = json.loads(_ask(page, "/status.json")[2])
    assert report["pictures"] == 1 and report["viewers"] == 0 and not report["streaming"]
    assert report["age_s"] >= 0 and report["most_viewers"] == 32
    assert report["status"] == asdict(STATUS) | {"latency_ms": None}


def test_the_script_reads_the_fields_of_the_status() -> None:
    script = (ROOT / "host" / "page" / "page.js").read_text()
    read = set(re.findall(r"status\.(\w+)", script)) - {"json"}
    assert read | {"frames", "faces", "dropped"} == {field.name for field in fields(Status)}


def test_snapshot(page: Page) -> None:
    assert _ask(page, "/snapshot.jpg")[0] == 503
    page.show(_picture(), Status())
    status, headers, body = _ask(page, "/snapshot.jpg")
    assert status == 200 and headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == 'attachment; filename="landmarks-1.jpg"'
    decoded = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert decoded.shape == (48, 64, 3) and np.abs(decoded.astype(int) - _picture()).max() < 6


def test_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        page = Page("::1", 0)
    except InputError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    with page:
        assert page.url == f"http://[::1]:{_port(page)}/"
        with socket.create_connection(("::1", _port(page)), 10) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\nHost: [::1]\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"


def test_url_of_all_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "_own_address", lambda: "10.1.2.3")
    with Page("0.0.0.0", 0, "a/b") as page:
        assert page.url == f"http://10.1.2.3:{_port(page)}/?token=a%2Fb"


def test_port_in_use(page: Page) -> None:
    with pytest.raises(InputError, match=rf"^port {_port(page)} is in use: give another one"):
        Page("127.0.0.1", _port(page))


def test_port_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(page_module, "LiveServer", refuse)
    with pytest.raises(InputError, match=r"^port 80 is not allowed to this user: give one from"):
        Page("127.0.0.1", 80)


@pytest.mark.parametrize("address", ["192.0.2.1", "no.such.name.invalid", "a" * 70 + ".b"])
def test_foreign_address(address: str) -> None:
    with pytest.raises(InputError, match=r"^port 8000 .*no address of this machine; give 127"):
        Page(address, 8000)


@pytest.mark.parametrize(
    ("port", "token", "quality", "fps", "message"),
    [
        (70000, None, 80, 30, "port 70000 is none"), (-1, None, 80, 30, "port -1 is none"),
        (0, "", 80, 30, "empty token"), (0, None, 0, 30, "quality 0"), (0, None, 80, 0, "0 pict"),
        (0, None, 80, float("nan"), "nan pict"),
    ],
)  # fmt: skip
def test_bad_settings(port: int, token: str | None, quality: int, fps: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Page("127.0.0.1", port, token, quality=quality, stream_fps=fps)


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))]
)
def test_not_a_picture(page: Page, picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="RGB uint8"):
        page.show(picture, Status())
