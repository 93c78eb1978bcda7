"""Put on PYTHONPATH by tests that start processes: connecting anywhere but to this machine fails.

Where ``ATTEMPTS_FILE`` names a file, every attempt to connect, send or resolve a name is a line of it.
"""

import os
import socket
import sys

_connect = socket.socket.connect
_attempts = os.environ.get("ATTEMPTS_FILE")


def _refuse(self: socket.socket, address: object) -> None:
    if self.family != socket.AF_UNIX and str(address[0]) not in ("127.0.0.1", "::1"):  # type: ignore[index]
        _note("socket.connect", (self, address))  # which Python does not, where nothing is tried
        raise OSError(f"the tests block the network: {address}")
    _connect(self, address)  # type: ignore[arg-type]


def _note(event: str, given: tuple[object, ...]) -> None:
    if not _attempts:
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = given[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = given
    else:
        return
    if isinstance(address, tuple):  # else it is a file of this machine
        with open(_attempts, "a", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be imported
            file.write(f"{address[0]}\n")


socket.socket.connect = _refuse  # type: ignore[method-assign]
if _attempts:
    sys.addaudithook(_note)
