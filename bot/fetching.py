"""The address of a web page in, its bytes out: from public addresses only, whatever names and redirects say.

Each host is resolved once; every address of it is looked at, and the connection goes to one that was looked
at, so that a name which changes meanwhile leads nowhere else. There are no cookies, no passwords, and no
proxies, behind which nobody sees where a request goes.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import unquote

import httpcore
import httpx

Resolve = Callable[[str, int], list[str]]
"""The addresses of a host, as texts; raises OSError where there are none."""

SECONDS = 60.0  # for all of it
_REDIRECTS = 5
_IDLE = 15.0  # seconds without a byte
_MOST_URL = 2000  # characters
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S*", re.IGNORECASE)
_MOVED = (301, 302, 303, 307, 308)
_HEADERS = [("User-Agent", "docent"), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
_SUFFIXES = {
    "text/plain": ".txt", "text/markdown": ".md", "text/csv": ".csv", "application/json": ".json",
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf",
}  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")


class Unfetched(Exception):
    """Nothing is fetched from there; the message is the reason, in a few words."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at an address: its bytes, the name that it should have, and where it was in the end."""

    name: str
    data: bytes
    url: str


def is_address(text: str) -> bool:
    """Whether a text is nothing but an address, be it of a web page or not, as ``ftp://…``."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def is_link(text: str) -> bool:
    """Whether a text is nothing but the address of a web page."""
    text = text.strip()
    return text.lower().startswith(("http://", "https://")) and len(text.split()) == 1


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, and not of this machine, network or provider."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        inner = one.ipv4_mapped or one.sixtofour or (one.teredo or (None, None))[1]
        if any(one in network for network in _NAT64):
            inner = ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if one.is_site_local or one.scope_id:
            return False
    odd = one.is_private or one.is_loopback or one.is_link_local or one.is_multicast or one.is_reserved
    return one.is_global and not odd and not one.is_unspecified


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    most: int,
    *,
    resolve: Resolve = resolved,
    backend: httpcore.NetworkBackend | None = None,
    seconds: float = SECONDS,
) -> Fetched:
    """Get what lies at an address.

    Args:
        url: http or https.
        most: bytes; more are refused.
        resolve: what knows the addresses of hosts.
        backend: what connects to an address.
        seconds: for all of it, redirects included.

    Raises:
        Unfetched: the address leads elsewhere than to the public internet, or nothing usable came from it.
    """
    guarded = _Guarded(resolve, backend or httpcore.SyncBackend(), time.monotonic() + seconds)
    context = httpx.create_ssl_context()
    for _ in range(_REDIRECTS + 1):
        address = _address_of(url)
        with httpcore.ConnectionPool(ssl_context=context, network_backend=guarded) as pool:
            try:
                found = _get(pool, address, most)
            except (httpcore.TimeoutException, TimeoutError):
                raise Unfetched("it takes too long") from None
            except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
                raise Unfetched(f"it cannot be reached ({str(error) or type(error).__name__})") from None
        if isinstance(found, Fetched):
            return found
        url = str(address.join(found))
    raise Unfetched(f"it is redirected more than {_REDIRECTS} times")


def _address_of(url: str) -> httpx.URL:
    """A checked URL; raises Unfetched."""
    try:
        address = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise Unfetched("it is no address of a web page") from None
    if len(url) > _MOST_URL or address.scheme not in ("http", "https") or not address.host:
        raise Unfetched("it is no address of a web page")
    if address.userinfo:
        raise Unfetched("addresses with a name or password in them are not followed")
    return address


def _get(pool: httpcore.ConnectionPool, address: httpx.URL, most: int) -> "Fetched | str":
    """What lies at an address, or where that leads on."""
    target = httpcore.URL(
        scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path
    )
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _IDLE)
    headers = [("Host", address.netloc.decode("ascii")), *_HEADERS]
    with pool.stream("GET", target, headers=headers, extensions={"timeout": timeouts}) as response:
        told = httpx.Headers(response.headers)
        if response.status in _MOVED and told.get("location"):
            return told["location"]
        if response.status != httpx.codes.OK:
            raise Unfetched(f"the server answers {response.status}")
        if told.get("content-encoding", "identity").lower() not in ("identity", ""):
            raise Unfetched("the server packs it in a way that was not asked for")
        declared = told.get("content-length", "0")
        data = bytearray()
        for chunk in [b""] if declared.isdecimal() and int(declared) > most else response.iter_stream():
            data += chunk
            if len(data) > most or not chunk:
                raise Unfetched(f"it is larger than {most // 1_000_000} MB")
    return Fetched(_name_of(told, address), bytes(data), str(address))


def _name_of(told: httpx.Headers, address: httpx.URL) -> str:
    """What a server calls a file, or else the last part of its address, or its host."""
    message = Message()
    message["Content-Disposition"] = told.get("content-disposition", "")
    message["Content-Type"] = told.get("content-type", "")
    with suppress(LookupError, ValueError):
        if named := message.get_filename():
            return named
    last = unquote(address.path.rstrip("/").rpartition("/")[2]) or address.host.replace(".", "_")
    return last if "." in last else last + _SUFFIXES.get(message.get_content_type(), "")


class _Guarded(httpcore.NetworkBackend):
    """Connects to public addresses only, and to nothing after a point of time (``time.monotonic``)."""

    def __init__(self, resolve: Resolve, backend: httpcore.NetworkBackend, until: float) -> None:
        self._resolve = resolve
        self._backend = backend
        self._until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the addresses of a host, all of which have been looked at."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise Unfetched("there is no host of that name") from None
        if not addresses or not all(is_public(one) and not _is_own(one) for one in addresses):
            raise Unfetched("it leads into an internal network")
        left = _left(self._until, timeout)
        stream = self._backend.connect_tcp(addresses[0], port, left, local_address, socket_options)
        return _Timed(stream, self._until)


class _Timed(httpcore.NetworkStream):
    """A connection that ends at a point of time, however slowly its bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._until, timeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    """Seconds that are left; raises httpcore.ReadTimeout where none are."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("no time is left")
    return left if timeout is None else min(left, timeout)


def _is_own(address: str) -> bool:
    """Whether a public address is this machine's, which reaches itself behind its own firewall."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as one:
        one.bind((address, 0))
        return True
    return False
