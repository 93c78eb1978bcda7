"""Source code and logs: blocks of code, comments that are prose, records."""

import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.source import parse
from tests.parsing.outlined import outlined


def read(text: str, name: str) -> Parsed:
    return parse(text.encode(), name)


PYTHON = '''#!/usr/bin/env python
"""Retries calls.

A call that fails is made again, as often
as it is wanted.
"""
import time

# how often
TIMES = 3


class Retry:

    def call(self, f):
        # try it several times, and wait between two of
        # them for so many seconds
        for i in range(9):

            f()

    def other(self):
        x = """
        not a docstring
        """
'''


def test_python():
    parsed = read(PYTHON, "a.py")
    assert parsed.text == PYTHON
    assert outlined(parsed) == [
        "code: #!/usr/bin/env python",
        "paragraph: Retries calls.",
        "paragraph: A call that fails is made again, as often\nas it is wanted.",
        "code: import time",
        "code: # how often\nTIMES = 3",
        "code: class Retry:\n\n    def call(self, f):\n        # try it several times, and wait between "
        "two of\n"
        "        # them for so many seconds\n        for i in range(9):\n\n            f()\n\n    def "
        "other(self):\n"
        '        x = """\n        not a docstring\n        """',
    ]


def test_comments_with_marks_on_each_line():
    parsed = read(
        "/**\n * Adds two numbers, and gives\n * their sum back to whom it concerns.\n *\n * It never "
        "fails.\n */\n"
        "int add(int a, int b) {\n\n  return a + b; /* why */\n}\n\n// Numbers may be as large as "
        "memory\n// lets them be.\nint x;\n",
        "a.c",
    )
    assert outlined(parsed) == [
        "paragraph: Adds two numbers, and gives\n * their sum back to whom it concerns.",
        "paragraph: It never fails.",
        "code: int add(int a, int b) {\n\n  return a + b; /* why */\n}",
        "paragraph: Numbers may be as large as memory\n// lets them be.",
        "code: int x;",
    ]
    assert [parsed.text[mark.start : mark.end] for mark in parsed.layout.markup] == [" * ", "// "]


def test_settings_in_groups():
    parsed = read(
        "# Where the server listens, and for how many\n# clients at once.\n[server]\nport = 8080\n\n"
        "[log]\nlevel = 1\n",
        "a.ini",
    )
    assert outlined(parsed) == [
        "paragraph: Where the server listens, and for how many\n# clients at once.",
        "code: [server]\nport = 8080",
        "code: [log]\nlevel = 1",
    ]


def test_logs():
    parsed = read(
        "2026-03-01 10:00:00 INFO started\r\n2026-03-01 10:00:01 ERROR failed\r\nTraceback (most recent "
        "call last):\r\n"
        '  File "x"\r\n\r\n2026-03-01 10:00:02 INFO done\r\n',
        "a.log",
    )
    assert outlined(parsed) == [
        "list",
        "  record: 2026-03-01 10:00:00 INFO started",
        '  record: 2026-03-01 10:00:01 ERROR failed\r\nTraceback (most recent call last):\r\n  File "x"',
        "  record: 2026-03-01 10:00:02 INFO done",
    ]
    assert outlined(read("started\nstopped\n", "a.log")) == ["list", "  record: started", "  record: stopped"]


def test_what_is_no_source():
    for data, reason in (
        (b"", "^empty of words$"),
        (b"\n{}\n", "^empty of words$"),
        (b"x=1;" * 5_000, "^made for programs"),
        (bytes(range(32)) * 9, "^binary"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.js")
