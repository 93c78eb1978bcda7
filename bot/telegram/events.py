"""The log of the bot: one line an event, without secrets.

text     ``2026-05-01T12:00:00.000Z INFO answered chat=5 found=True``; tracebacks follow in lines of their own
logfmt   ``time=2026-05-01T12:00:00.000Z level=info event=answered chat=5 found=True``
json     ``{"time": "2026-05-01T12:00:00.000Z", "level": "info", "event": "answered", "chat": 5, …}``

In the last two, all is one line, a traceback is the field ``traceback``, and what libraries log is the event
``logged`` with ``logger`` and ``message``.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import Literal, TextIO

Format = Literal["text", "logfmt", "json"]

_log = logging.getLogger("bot.telegram")
QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "tornado")  # they log URLs, which hold the token
_HIDDEN = "***"


def event(name: str, **fields: object) -> None:
    """Log what happened; fields that are None are left out."""
    _tell(logging.INFO, name, {key: value for key, value in fields.items() if value is not None})


def failure(name: str, error: BaseException) -> None:
    """Log an error that nobody expected, with its traceback."""
    _tell(logging.ERROR, name, {"error": type(error).__name__}, error)


def _tell(level: int, name: str, fields: Mapping[str, object], error: BaseException | None = None) -> None:
    structured = {"structured": {"event": name, **fields}}
    _log.log(level, "%s", " ".join([name, *_pairs(fields)]), exc_info=error, extra=structured)


def start(secret: str, stream: TextIO | None = None, form: Format = "text") -> logging.Handler:
    """Log to standard error; wherever the secret would stand, ``***`` does."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Redacting(secret, form))
    root = logging.getLogger()
    for other in root.handlers[:]:
        root.removeHandler(other)
    root.addHandler(handler)
    _log.setLevel(logging.INFO)
    for noisy in QUIET:
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    return handler


def stop(handler: logging.Handler) -> None:
    """Log to it no longer."""
    logging.getLogger().removeHandler(handler)


class _Redacting(logging.Formatter):
    """Lines with the time in UTC, and without the secret, tracebacks included."""

    converter = staticmethod(time.gmtime)

    def __init__(self, secret: str, form: Format = "text") -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._form = form
        self._secrets = {secret, json.dumps(secret)[1:-1]} - {""}  # as it is, and as it is quoted

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if self._form == "text":
            line = super().format(record)
        elif self._form == "json":
            line = json.dumps(self._structured(record), default=str)
        else:
            line = " ".join(_pairs(self._structured(record)))
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return line

    def _structured(self, record: logging.LogRecord) -> dict[str, object]:
        """All that a record tells, by name; of an event nothing replaces the time or the level."""
        when = f"{self.formatTime(record, self.datefmt)}.{record.msecs:03.0f}Z"
        head = {"time": when, "level": record.levelname.lower()}
        other = {"event": "logged", "logger": record.name, "message": record.getMessage()}
        told = getattr(record, "structured", other)
        trace = {"traceback": self.formatException(record.exc_info)} if record.exc_info else {}
        return {**head, **told, **trace, **head}


def _pairs(fields: Mapping[str, object]) -> list[str]:
    return [f"{key}={quoted(value)}" for key, value in fields.items()]


def quoted(value: object) -> str:
    """A value as it stands in a line: as it is, or where it would break or forge a field as JSON."""
    text = str(value)
    plain = text and not any(character.isspace() or character in '="\\' for character in text)
    return text if plain and text.isprintable() else json.dumps(text)
