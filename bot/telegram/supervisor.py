"""What systemd hears of the bot, where it started it: the protocol of sd_notify(3), a datagram a message.

The watchdog is fed by the event loop: where that hangs, systemd ends the bot and starts it again. Telegram's
silence is no reason for that; /readyz tells it.
"""

import asyncio
import os
import socket
from contextlib import suppress

READY, STOPPING = "READY=1", "STOPPING=1"
_ALIVE = "WATCHDOG=1"


def tell(state: str) -> None:
    """Send a message, and wait for nothing; nothing happens where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # an abstract one, which is no file
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.sendto(state.encode(), address)


async def feed_watchdog() -> None:
    """Say three times in the time that systemd allows that the event loop goes round, until cancelled."""
    allowed_us = os.environ.get("WATCHDOG_USEC", "")
    while allowed_us.isdecimal() and int(allowed_us):
        tell(_ALIVE)
        await asyncio.sleep(int(allowed_us) / 3e6)
