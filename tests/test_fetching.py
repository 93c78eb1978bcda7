"""Web pages are fetched from public addresses only; the server here stands on 127.0.0.1 and is given one."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import pytest

from bot.fetching import Fetched, Unfetched, fetch, is_address, is_link, is_public

PUBLIC = "93.184.216.34"
INTERNAL = "it leads into an internal network"
PAGE = b"<!doctype html><title>Plums</title><p>The plum tree bears forty kilos."


class Handler(BaseHTTPRequestHandler):
    """Answers as its path says."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        kind, _, to = self.path[1:].partition("?")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Set-Cookie", "taste=1")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(404 if kind == "nothing" else 200)
        if kind == "named":
            self.send_header("Content-Disposition", "attachment; filename*=UTF-8''..%2F..%2Fplan.md")
        if kind == "packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if kind == "large":
            self.send_header("Content-Length", "5000000000")
        self.end_headers()
        try:
            for _ in range(60 if kind == "drip" else 0):
                self.wfile.write(b"a")
                time.sleep(0.05)
            for _ in range(100 if kind == "endless" else 0):
                self.wfile.write(bytes(100_000))
            self.wfile.write(PAGE)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Diverted(httpcore.SyncBackend):
    """Connects to the server of the test, whatever the address; and tells to which."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.addresses: list[str] = []

    def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore.NetworkStream:
        self.addresses.append(host)
        return super().connect_tcp("127.0.0.1", self.port, *rest, **more)


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def get(
    server: ThreadingHTTPServer, url: str, hosts: dict[str, list[str]] | None = None, **how: Any
) -> Fetched:
    known = {"plums.example": [PUBLIC]} | (hosts or {})

    def resolve(host: str, port: int) -> list[str]:
        if host not in known:
            raise OSError(f"no {host}")
        return known[host]

    return fetch(url, 1_000_000, resolve=resolve, backend=Diverted(server.server_port), **how)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2001:db8::1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "64:ff9b::7f00:1", "", "localhost", "example.org",
    ],
)  # fmt: skip
def test_no_internal_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_page_is_fetched_without_cookies_by_the_name_of_its_host(server: ThreadingHTTPServer) -> None:
    found = get(server, "http://plums.example/to?/garden/plums")
    assert found == Fetched("plums.html", PAGE, "http://plums.example/garden/plums")
    (_, first), (path, second) = server.asked  # type: ignore[attr-defined]
    assert path == "/garden/plums"
    assert first == second == {
        "Host": "plums.example", "User-Agent": "docent", "Accept": "*/*", "Accept-Encoding": "identity",
    }  # fmt: skip
    assert (
        get(server, "http://plums.example/named").name == "../../plan.md"
    )  # as it came: intake makes it safe
    assert get(server, "http://plums.example").name == "plums_example.html"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://plums.example/", "no address of a web page"),
        ("file:///etc/passwd", "no address of a web page"),
        ("http://", "no address of a web page"),
        ("http://plums.example/" + "a" * 2000, "no address of a web page"),
        ("http://me:secret@plums.example/", "with a name or password"),
        ("http://nowhere.example/", "no host of that name"),
        ("http://plums.example/nothing", "answers 404"),
        ("http://plums.example/large", "larger than 1 MB"),
        ("http://plums.example/endless", "larger than 1 MB"),
        ("http://plums.example/packed", "packs it"),
        ("http://local.example/", INTERNAL),
        ("http://mixed.example/", INTERNAL),
        ("http://mapped.example/", INTERNAL),
        ("http://plums.example/to?http://local.example/", INTERNAL),
        ("http://plums.example/to?file:///etc/passwd", "no address of a web page"),
        ("http://plums.example/to?/to?/to?/to?/to?/to?/page", "redirected more than 5 times"),
    ],
)
def test_what_leads_elsewhere_or_is_of_no_use_is_refused(
    server: ThreadingHTTPServer, url: str, reason: str
) -> None:
    hosts = {
        "local.example": ["127.0.0.1"],
        "mixed.example": [PUBLIC, "10.0.0.1"],
        "mapped.example": ["::ffff:127.0.0.1"],
    }
    with pytest.raises(Unfetched, match=reason):
        get(server, url, hosts)
    assert {headers["Host"] for _, headers in server.asked} <= {"plums.example"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["http://127.0.0.1", "http://localhost", "http://2130706433", "http://[::1]"])
def test_this_machine_is_not_reached_as_the_system_resolves_it(server: ThreadingHTTPServer, url: str) -> None:
    with pytest.raises(Unfetched, match=f"{INTERNAL}|no host of that name|no address"):
        fetch(f"{url}:{server.server_port}/", 1_000_000)
    assert server.asked == []  # type: ignore[attr-defined]


def test_a_name_that_changes_meanwhile_leads_nowhere_else(server: ThreadingHTTPServer) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    backend = Diverted(server.server_port)
    found = fetch("http://a.example/x", 1000, resolve=lambda *_: answers.pop(0), backend=backend)
    assert found.data == PAGE
    assert backend.addresses == [PUBLIC]  # the address that was looked at, not the name
    with pytest.raises(Unfetched, match=INTERNAL):
        fetch("http://a.example/x", 1000, resolve=lambda *_: answers.pop(0), backend=backend)


def test_what_drips_is_given_up(server: ThreadingHTTPServer) -> None:
    began = time.monotonic()
    with pytest.raises(Unfetched, match="takes too long"):
        get(server, "http://plums.example/drip", seconds=0.4)
    assert time.monotonic() - began < 2


def test_what_an_address_is() -> None:
    assert all(map(is_address, ("https://a.org/b c"[:-2], " FTP://x ", "file:///etc/passwd", "mailto://a")))
    assert not any(map(is_address, ("see ftp://a.org", "a.org", "", "ftp://a.org b", "3://x", "C:\\x")))


def test_what_a_link_is() -> None:
    assert is_link(" https://example.org/a?b=c ")
    assert not any(
        map(is_link, ("see https://example.org", "example.org", "", "https://a.org https://b.org"))
    )
