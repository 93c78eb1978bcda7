"""Put on PYTHONPATH by tests that start processes: connecting anywhere but to this machine fails."""

import socket

_connect = socket.socket.connect


def _refuse(self: socket.socket, address: object) -> None:
    if self.family != socket.AF_UNIX and str(address[0]) not in ("127.0.0.1", "::1"):  # type: ignore[index]
        raise OSError(f"the tests block the network: {address}")
    _connect(self, address)  # type: ignore[arg-type]


socket.socket.connect = _refuse  # type: ignore[method-assign]
