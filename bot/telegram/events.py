"""The log of the bot: one line an event, as ``time event key=value …`` (logfmt), without secrets."""

import json
import logging
import sys
import time
from typing import TextIO

_log = logging.getLogger("bot.telegram")
_QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "tornado")  # they log URLs, which hold the token


def event(name: str, **fields: object) -> None:
    """Log what happened; fields that are None are left out."""
    pairs = [f"{key}={_value(value)}" for key, value in fields.items() if value is not None]
    _log.info("%s", " ".join([name, *pairs]))


def failure(name: str, error: BaseException) -> None:
    """Log an error that nobody expected, with its traceback."""
    _log.error("%s error=%s", name, type(error).__name__, exc_info=error)


def start(secret: str, stream: TextIO | None = None) -> logging.Handler:
    """Log to standard error; wherever the secret would stand, ``***`` does."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Redacting(secret))
    root = logging.getLogger()
    for other in root.handlers[:]:
        root.removeHandler(other)
    root.addHandler(handler)
    _log.setLevel(logging.INFO)
    for noisy in _QUIET:
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    return handler


def stop(handler: logging.Handler) -> None:
    """Log to it no longer."""
    logging.getLogger().removeHandler(handler)


class _Redacting(logging.Formatter):
    """Lines with the time in UTC, and without the secret, tracebacks included."""

    converter = staticmethod(time.gmtime)

    def __init__(self, secret: str) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        text = super().format(record)
        return text.replace(self._secret, "***") if self._secret else text


def _value(value: object) -> str:
    text = str(value)
    plain = text and not any(character.isspace() or character in '="\\' for character in text)
    return text if plain and text.isprintable() else json.dumps(text)
