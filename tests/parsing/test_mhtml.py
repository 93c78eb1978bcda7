"""Web pages that were saved in one file."""

import pytest

from index.parsing.base import Unreadable
from index.parsing.web.mhtml import parse
from tests.parsing.outlined import outlined


def test_a_saved_page():
    parsed = parse(
        b"From: <Saved by Blink>\r\nSubject: Rules\r\nMIME-Version: 1.0\r\nContent-Type: "
        b"multipart/related;\r\n"
        b' type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<meta charset=3D'utf-8'><title>Rules</title>"
        b"<h1>Rules</h1><p>Be k=\r\nind, c=C3=A9.</p>\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
        b"--b--\r\n",
        "a.mhtml",
    )
    assert outlined(parsed) == ["heading1: Rules", "paragraph: Be kind, cé."]
    assert parsed.title == "Rules"


def test_no_page():
    for data in (
        b"",
        b"words",
        b"Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n--b--",
    ):
        with pytest.raises(Unreadable, match=r"^no saved page$"):
            parse(data, "a.mht")
