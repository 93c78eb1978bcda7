"""The process that parses: what files do to their parser, and what is left of it.

The parser of files that end with ".odd" runs them: they are programs, whose ``text`` is what is in them.
"""

import logging
import os
import socket
import tempfile
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.parsing import child, formats
from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.child import Reply, Request
from index.parsing.worker import Worker, shared

ODD = """
import sys
import types
from index.parsing import formats
from index.parsing.base import Attachment, Parsed, Unreadable
from index.records import Notice


def parse(data, name):
    known = {"Attachment": Attachment, "Notice": Notice, "Unreadable": Unreadable}
    exec(data, known)
    return Parsed(known["text"], attachments=known.get("attachments", ()), notices=known.get("notices", ()))


sys.modules["index.parsing.odd"] = types.ModuleType("index.parsing.odd")
sys.modules["index.parsing.odd"].parse = parse
formats._BY_SUFFIX[".odd"] = formats.Format("odd", (".odd",), "odd")
"""
MARKDOWN = """\
---
author: Zoë
---

# Club {#club}

Some **bold** &amp; a [link](http://x.y).

| Name | Phone |
|------|-------|
| Anna | 4401  |

- one
  - two
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes that are started from here have the parser that runs its files."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "sitecustomize.py").write_text(ODD)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield


@pytest.fixture(scope="module")
def common(odd: None) -> Iterator[Worker]:
    """A worker that is kept between tests which leave it alone."""
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def worker(odd: None) -> Iterator[Worker]:
    """A worker for files that end it."""
    worker = Worker()
    yield worker
    worker.close()


def run(worker: Worker, program: str) -> str:
    return worker.parse("a.odd", textwrap.dedent(program).encode()).text


def reason(worker: Worker, program: str) -> str:
    with pytest.raises(Unreadable) as error:
        run(worker, program)
    return str(error.value)


PID = "import os; text = str(os.getpid())"
FOLDER = "import os; text = os.environ['TMPDIR']"


# ------------------------------------------------------------------------------------ what comes back


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", MARKDOWN.encode()),
        ("a.txt", b"Prices:\r\nTea 2.50\r\nCake 3.20\r\n\r\nQ: What?\r\nA: That.\r\n"),
        ("a.txt", "Zoë’s café ".encode() + b"\xff" + " 😀".encode()),
        ("a.txt", b""),
    ],
)
def test_what_is_parsed_comes_back_as_it_is(common, name, data):
    assert common.parse(name, data) == formats.parse(name, data)


def test_attachments_and_notices_come_back(common):
    program = "text = 'x'; attachments = (Attachment('b.txt', bytes(range(256))),)"
    parsed = common.parse("a.odd", f"{program}; notices = (Notice('scanned', 3),)".encode())
    assert parsed.attachments == (Attachment("b.txt", bytes(range(256))),)
    assert [(notice.kind, notice.count) for notice in parsed.notices] == [("scanned", 3)]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("raise Unreadable('encrypted')", "encrypted"),
        ("{}['x']", "damaged, or of a kind that cannot be read (KeyError)"),
        ("import json; json.loads('{')", "damaged, or of a kind that cannot be read (JSONDecodeError)"),
        ("def f(): f()\nf()", "nested too deeply"),
        ("raise MemoryError", "parsing it takes too much memory"),
    ],
)
def test_what_cannot_be_parsed_has_its_reason(common, program, why):
    before = run(common, PID)
    assert reason(common, program) == why
    assert run(common, PID) == before  # that ends nothing


def test_a_format_that_is_not_read_is_refused(common):
    with pytest.raises(Unreadable, match=r"^'\.xyz' files are not read$"):
        common.parse("a.xyz", b"some words")


def test_a_process_parses_many_files(common):
    assert len({run(common, PID) for _ in range(20)}) == 1
    assert run(common, PID) != str(os.getpid())


def test_threads_share_a_worker(common):
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda n: run(common, f"text = 'number {n}'"), range(100)))
    assert texts == [f"number {n}" for n in range(100)]


def test_a_large_file_comes_through(common):
    data = b"The club met. " * 300_000
    assert common.parse("a.txt", data).text == data.decode()


@pytest.mark.parametrize(
    "program",
    [
        "print('a' * 100_000)",
        "import os; os.write(1, b'x' * 9)",
        "import sys; sys.stdout.write('x'); sys.stdout.flush()",
        "import os; os.system('echo words')",
    ],
)
def test_what_a_parser_prints_is_no_reply(common, program):
    assert run(common, f"{program}\ntext = 'fine'") == "fine"
    assert run(common, "text = 'fine'") == "fine"


# ------------------------------------------------------------------------------------ files that harm


@pytest.mark.slow
def test_a_parser_that_hangs_is_ended_and_its_reason_told(worker, caplog):
    first = run(worker, PID)
    worker.seconds = 2.0
    with caplog.at_level(logging.INFO):
        assert reason(worker, "while True: pass") == "parsing it takes more than 2 seconds"
    assert "the parser of a.odd ended with 143" in caplog.text
    with pytest.raises(ProcessLookupError):
        os.kill(int(first), 0)
    worker.seconds = 60.0
    assert run(worker, PID) != first


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        "import os; os._exit(0)",
        "import os; os._exit(3)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os; os.abort()",
        "import ctypes; ctypes.string_at(0)",
        "raise SystemExit(0)",
    ],
)
def test_a_parser_that_crashes_is_replaced(worker, program):
    first = run(worker, PID)
    assert reason(worker, program) == "its parser crashed"
    assert run(worker, PID) != first
    assert run(worker, "text = 'fine'") == "fine"


def test_a_parser_that_crashed_while_nobody_looked_is_replaced(worker):
    first = run(worker, PID)
    os.kill(int(first), 9)
    os.waitid(os.P_PID, int(first), os.WEXITED | os.WNOWAIT)
    assert run(worker, PID) != first


def test_a_crash_amid_a_large_file_is_told_too(worker):
    program = b"import os; os._exit(0)\n#" + b"x" * 5_000_000
    with pytest.raises(Unreadable, match=r"^its parser crashed$"):
        worker.parse("a.odd", program)
    assert run(worker, "text = 'fine'") == "fine"


def test_a_parser_has_only_so_much_memory(odd):
    worker = Worker(megabytes=600)
    try:
        first = run(worker, PID)
        assert reason(worker, "text = 'x' * 900_000_000") == "parsing it takes too much memory"
        assert run(worker, PID) == first
        assert run(worker, "text = str(len('x' * 50_000_000))") == "50000000"
    finally:
        worker.close()


def test_a_parser_has_no_network(common):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        for call in [
            f"socket.create_connection(('127.0.0.1', {port}))",
            f"socket.socket().connect(('127.0.0.1', {port}))",
            f"__import__('urllib.request').request.urlopen('http://127.0.0.1:{port}')",
        ]:
            program = f"import socket\ntry:\n    {call}\nexcept OSError as error:\n    text = str(error)"
            assert "parsers have no network" in run(common, program)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_parser_has_no_files_but_its_own(common, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("words")
    refused = "parsers have no files but their own"
    for call in [
        f"open({str(secret)!r})",
        f"open({str(secret)!r}, 'a')",
        f"os.listdir({str(tmp_path)!r})",
        f"os.remove({str(secret)!r})",
        f"os.rename({str(secret)!r}, 'taken')",
        f"os.symlink({str(secret)!r}, 'link')",
        "open('/proc/%d/environ' % os.getppid())",
        f"open({child.__file__!r}, 'a')",
    ]:
        program = f"import os\ntry:\n    {call}\nexcept OSError as error:\n    text = str(error)"
        assert run(common, program) == refused, call
    assert secret.read_text() == "words"
    own = (
        "open('a', 'w').write('own'); import os; os.rename('a', 'b'); text = open('b').read(); os.remove('b')"
    )
    assert run(common, own) == "own"


# ------------------------------------------------------------------------------------ what is left of it


LITTER = """
import os, pathlib, tempfile
tempfile.mkstemp()
tempfile.mkdtemp()
pathlib.Path("here").write_text("words")
text = tempfile.gettempdir()
"""


def test_nothing_is_left_in_the_temporary_folder(worker, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = Path(run(worker, LITTER))
    assert folder.parent == tmp_path
    assert folder.name.startswith("docent-parsing-")
    assert len(list(folder.iterdir())) == 3
    assert list(tmp_path.iterdir()) == [folder]
    worker.close()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_one_that_crashed(worker, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = Path(run(worker, LITTER))
    assert reason(worker, LITTER + "os._exit(1)") == "its parser crashed"
    assert not folder.exists()
    assert list(tmp_path.iterdir()) == []
    other = Path(run(worker, FOLDER))
    assert other != folder
    assert list(tmp_path.iterdir()) == [other]


def test_a_parser_does_not_know_the_token_of_the_bot(odd, monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")
    monkeypatch.setenv("OTHER", "words")
    worker = Worker()
    try:
        program = "import os; text = str([os.environ.get(n) for n in ('TELEGRAM_BOT_TOKEN', 'OTHER')])"
        assert run(worker, program) == "[None, 'words']"
    finally:
        worker.close()


def test_closing_ends_the_process_and_a_later_file_starts_another(worker):
    first = int(run(worker, PID))
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    worker.close()
    assert int(run(worker, PID)) != first


def test_there_is_one_for_all():
    assert shared() is shared()


# ------------------------------------------------------------------------------------ in this process


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unreadable("encrypted"), "encrypted"),
        (MemoryError(), "parsing it takes too much memory"),
        (RecursionError(), "nested too deeply"),
        (ValueError("x"), "damaged, or of a kind that cannot be read (ValueError)"),
    ],
)
def test_every_error_of_a_parser_is_a_reason(monkeypatch, error, reason):
    def fail(name: str, data: bytes) -> Parsed:
        raise error

    monkeypatch.setattr(child.formats, "parse", fail)
    assert child.answer(Request("a.txt", b"x")) == Reply(None, reason)


def test_what_is_parsed_is_the_answer():
    assert child.answer(Request("a.txt", b"x")) == Reply(formats.parse("a.txt", b"x"))
