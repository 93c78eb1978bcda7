"""The log: one line an event, which tells neither the token nor what was not asked for."""

import io
import json
import logging
import re
import shlex
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram import events
from bot.telegram.events import event, failure

TOKEN = "123456:SECRET-token"

Log = Callable[[], str]


@pytest.fixture
def log() -> Iterator[Log]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, levels = root.handlers[:], {name: logging.getLogger(name).level for name in events._QUIET}
    handler = events.start(TOKEN, stream)
    yield stream.getvalue
    events.stop(handler)
    assert handler not in root.handlers
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("bot.telegram").setLevel(logging.NOTSET)


def raised(error: Exception) -> Exception:
    """The error with a traceback."""
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_line_has_the_time_the_event_and_its_fields(log: Log):
    event("answered", chat=-5, thread=None, found=True, ms=12, who="Ann Archer")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO answered chat=-5 found=True ms=12 "
        r'who="Ann Archer"\n',
        log(),
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("über", "über"),
        (-5, "-5"),
        (1.5, "1.5"),
        ("", '""'),
        ("a b", '"a b"'),
        ("a=b", '"a=b"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("two\nlines", r'"two\nlines"'),
        ("\x1b[2J", r'"\u001b[2J"'),
        ("\u202e", r'"\u202e"'),
        ("\u2028", r'"\u2028"'),
        ("\ud83d", r'"\ud83d"'),
    ],
)
def test_values_are_quoted_where_they_must_be(log: Log, value: object, written: str):
    event("asked", question=value)
    assert log().endswith(f"asked question={written}\n")


@given(st.text(st.characters()), st.text())
def test_no_value_breaks_a_line_or_forges_a_field(first: str, second: str):
    pairs = [events._value(first), events._value(second)]
    line = f"a={pairs[0]} b={pairs[1]}"
    assert line.splitlines() == [line]
    assert line.isprintable()
    for value, written in zip((first, second), pairs, strict=True):
        assert (json.loads(written) if written.startswith('"') else written) == value
    if not {'"', "\\", "'", "#"} & set(first + second):
        assert len(shlex.split(line)) == 2


def test_the_token_is_nowhere(log: Log):
    failure("failed", raised(ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe said no")))
    event("odd", value=TOKEN, url=f"x{TOKEN}y z")
    logging.getLogger("somebody.else").warning("token %s", TOKEN)
    written = log()
    assert TOKEN not in written
    assert "SECRET" not in written
    assert written.count("***") == 4


def test_a_failure_comes_with_its_traceback(log: Log):
    failure("failed", raised(ZeroDivisionError("by zero")))
    assert " ERROR failed error=ZeroDivisionError\nTraceback (most recent call last):\n" in log()
    assert log().endswith("ZeroDivisionError: by zero\n")


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.connection", "telegram.ext.Application", "tornado.access"]
)
def test_libraries_that_log_addresses_are_silent(log: Log, name: str):
    logging.getLogger(name).warning("POST https://api.telegram.org/bot.../sendMessage")
    assert log() == ""


def test_handlers_that_know_no_secret_are_removed(log: Log):
    other = io.StringIO()
    logging.getLogger().addHandler(logging.StreamHandler(other))
    events.stop(events.start(TOKEN, io.StringIO()))
    logging.getLogger().warning("token %s", TOKEN)
    assert other.getvalue() == ""


def test_an_empty_secret_redacts_nothing():
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "said %s", ("this",), None)
    assert events._Redacting("").format(record).endswith("INFO said this")


def test_an_event_without_fields_has_no_trailing_space(log: Log):
    event("stopping")
    assert log().endswith("INFO stopping\n")
