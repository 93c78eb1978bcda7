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
def form() -> events.Format:
    return "text"


def written(secret: str, form: events.Format, log: Callable[[], None]) -> str:
    """What stands in the log of a bot with that secret."""
    stream = io.StringIO()
    handler = events.start(secret, stream, form)
    log()
    events.stop(handler)
    return stream.getvalue()


@pytest.fixture
def log(form: events.Format) -> Iterator[Log]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, levels = root.handlers[:], {name: logging.getLogger(name).level for name in events.QUIET}
    handler = events.start(TOKEN, stream, form)
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
    pairs = [events.quoted(first), events.quoted(second)]
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


def test_an_empty_secret_redacts_nothing(log: Log):
    assert written("", "text", lambda: logging.getLogger("x").warning("said %s", "this")).endswith(
        "WARNING said this\n"
    )


def test_an_event_without_fields_has_no_trailing_space(log: Log):
    event("stopping")
    assert log().endswith("INFO stopping\n")


STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.mark.parametrize("form", ["json"])
def test_in_json_a_line_is_an_object_with_values_as_they_are(log: Log):
    event("answered", chat=-5, thread=None, found=True, ms=1.5, who="Ann\u2028Ärcher", reason=KeyError("x"))
    failure("failed", raised(ValueError(f"bot{TOKEN} said\nno")))
    logging.getLogger("somebody.else").warning("token %s", TOKEN)
    assert log().isascii()
    answered, failed, other = map(json.loads, log().splitlines())
    assert re.fullmatch(STAMP, answered.pop("time"))
    assert answered == {
        "level": "info",
        "event": "answered",
        "chat": -5,
        "found": True,
        "ms": 1.5,
        "who": "Ann\u2028Ärcher",
        "reason": "'x'",
    }
    assert list(failed) == ["time", "level", "event", "error", "traceback"]
    assert (failed["level"], failed["event"], failed["error"]) == ("error", "failed", "ValueError")
    assert failed["traceback"].startswith("Traceback (most recent call last):\n")
    assert failed["traceback"].endswith("ValueError: bot*** said\nno")
    del other["time"]
    assert other == {
        "level": "warning",
        "event": "logged",
        "logger": "somebody.else",
        "message": "token ***",
    }


@pytest.mark.parametrize("form", ["logfmt"])
def test_in_logfmt_all_is_pairs_on_one_line(log: Log):
    event("answered", chat=-5, found=True, who="Ann Archer")
    failure("failed", raised(ValueError(f"bot{TOKEN}")))
    answered, failed = log().splitlines()
    assert re.fullmatch(
        rf'time={STAMP} level=info event=answered chat=-5 found=True who="Ann Archer"', answered
    )
    head = rf'time={STAMP} level=error event=failed error=ValueError traceback="Traceback \(most recent call'
    assert re.match(head, failed)
    assert failed.endswith('ValueError: bot***"')


@pytest.mark.parametrize("form", ["text", "logfmt", "json"])
def test_no_field_takes_the_place_of_the_level(log: Log, form: events.Format):
    event("odd", level="none")
    head = {"text": "INFO", "logfmt": "level=info", "json": '"level": "info"'}[form]
    assert log().count(head) == 1


@pytest.mark.parametrize("form", ["text", "logfmt", "json"])
def test_a_secret_that_has_to_be_quoted_is_hidden_too(log: Log, form: events.Format):
    secret = '1:a"b\\c'
    line = written(secret, form, lambda: event("odd", value=f"of {secret}"))
    assert "***" in line
    assert "a" not in line.rpartition("odd")[2].replace("value", "")
