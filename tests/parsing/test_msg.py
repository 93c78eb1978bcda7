"""Messages as Outlook saves them."""

import struct
import time
import tracemalloc
from datetime import UTC, datetime

import pytest

from index.parsing.base import Unreadable
from index.parsing.letters.mail import parse as parse_mail
from index.parsing.letters.msg import parse
from index.parsing.sniff import kind_of
from tests.parsing.ole import Tree, compound
from tests.parsing.outlined import outlined

SUBJECT, BODY, HTML, SENDER, ADDRESS, TO, CC, SENT, KIND = (
    0x0037, 0x1000, 0x1013, 0x0C1A, 0x0C1F, 0x0E04, 0x0E03, 0x0039, 0x001A,
)  # fmt: skip
FILE_NAME, FILE_DATA, METHOD, CODEPAGE = 0x3707, 0x3701, 0x3705, 0x3FDE
STRING, BINARY, TIME, NUMBER = 0x001F, 0x0102, 0x0040, 0x0003
NAMES = {str: STRING, bytes: BINARY}


def properties(values: dict[int, object], header: int) -> Tree:
    """The streams of a message or of what is attached to one."""
    tree: Tree = {}
    rows = b""
    for key, value in values.items():
        if isinstance(value, datetime):
            ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
            rows += struct.pack("<HHIQ", TIME, key, 6, ticks)
        elif isinstance(value, int):
            rows += struct.pack("<HHIII", NUMBER, key, 6, value, 0)
        else:
            data = value.encode("utf-16-le") if isinstance(value, str) else bytes(value)
            kind = NAMES[type(value)]
            tree[f"__substg1.0_{key:04X}{kind:04X}"] = data
            rows += struct.pack("<HHIII", kind, key, 6, len(data), 0)
    return {"__properties_version1.0": bytes(header) + rows, **tree}


def message(values: dict[int, object], files: dict[str, bytes] | None = None, **more: Tree) -> bytes:
    tree = properties({KIND: "IPM.Note", **values}, 32)
    for number, (name, data) in enumerate((files or {}).items()):
        tree[f"__attach_version1.0_#{number:08X}"] = properties(
            {FILE_NAME: name, FILE_DATA: data, METHOD: 1}, 8
        )
    return compound({**tree, **more})


def test_head_body_and_files():
    data = message(
        {
            SUBJECT: "Grüße",
            SENDER: "Anna Berg",
            ADDRESS: "a@ex.org",
            TO: "Ben; Cleo",
            CC: "Dora",
            SENT: datetime(2026, 3, 3, 10, tzinfo=UTC),
            BODY: "We meet at noon.\r\n\r\n- bread\r\n- cheese\r\n\r\nFrom: Ben\r\nSent: Monday\r\nTo: "
            "Anna\r\nSubject: x\r\n\r\nWhen?",
        },
        {"plan.pdf": b"%PDF-1.4"},
    )
    parsed = parse(data, "a.msg")
    assert outlined(parsed) == [
        "property: Subject: Grüße",
        'property: From: "Anna Berg" <a@ex.org>',
        "property: To: Ben, Cleo",
        "property: Cc: Dora",
        "property: Date: 2026-03-03 10:00:00+00:00",
        "paragraph: We meet at noon.",
        "list",
        "  item",
        "    paragraph: bread",
        "  item",
        "    paragraph: cheese",
    ]
    assert parsed.title == "Grüße"
    assert parsed.properties["date"] == "2026-03-03T10:00:00+00:00"
    assert [(one.name, one.data) for one in parsed.attachments] == [("plan.pdf", b"%PDF-1.4")]


def test_a_body_of_html():
    data = message(
        {SUBJECT: "Lunch", HTML: "<p>At <b>noon</b>, caf\u00e9.</p>".encode("cp1252"), CODEPAGE: 1252}
    )
    assert outlined(parse(data, "a.msg")) == ["property: Subject: Lunch", "paragraph: At noon, café."]


def test_an_address_of_exchange_is_left_out():
    data = message({SUBJECT: "x", SENDER: "Anna Berg", ADDRESS: "/O=EXCHANGE/OU=A/CN=ANNA", BODY: "Hello."})
    assert outlined(parse(data, "a.msg"))[1] == "property: From: Anna Berg"


def test_an_attached_message_is_given_as_a_mail():
    inner = properties(
        {KIND: "IPM.Note", SUBJECT: "Key: mat", SENDER: "Ben", ADDRESS: "b@ex.org", BODY: "Under it."}, 24
    )
    attached = {**properties({METHOD: 5}, 8), "__substg1.0_3701000D": inner}
    data = message({SUBJECT: "See", BODY: "Attached."}, **{"__attach_version1.0_#00000000": attached})
    (found,) = parse(data, "a.msg").attachments
    assert found.name == "Key mat.eml"
    assert outlined(parse_mail(found.data, found.name)) == [
        "property: Subject: Key: mat",
        'property: From: "Ben" <b@ex.org>',
        "paragraph: Under it.",
    ]


def test_damaged_properties_are_left_out():
    half_a_character = {"__substg1.0_0037001F": b"x"}
    data = message({SUBJECT: "x", BODY: "Hello."}, **half_a_character)
    assert outlined(parse(data, "a.msg")) == ["paragraph: Hello."]


def test_no_message():
    for data, reason in (
        (b"", "^empty$"),
        (b"words", "^no Outlook message$"),
        (compound({"WordDocument": b"x" * 600}), "^damaged, or no Outlook message$"),
        (message({}), "^no Outlook message, or one without words$"),
        (message({SUBJECT: "x", BODY: "y"})[:700], "^damaged, or no Outlook message$"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.msg")


def test_a_long_head_of_an_attached_message_takes_no_time():
    inner = properties({KIND: "IPM.Note", SUBJECT: "é,<=" * 5_000, SENDER: "Ben", BODY: "Under it."}, 24)
    attached = {**properties({METHOD: 5}, 8), "__substg1.0_3701000D": inner}
    data = message({SUBJECT: "See", BODY: "Attached."}, **{"__attach_version1.0_#00000000": attached})
    start = time.process_time()
    (found,) = parse(data, "a.msg").attachments
    assert parse_mail(found.data, found.name).title == ("é,<=" * 250)
    assert time.process_time() - start < 1


def test_a_stream_that_is_said_to_be_larger_than_the_file_is_damage():
    data = message({SUBJECT: "x", BODY: "Hello."})
    name = "__properties_version1.0".encode("utf-16-le")
    at = data.index(name) + 120  # of its size, in the entry that begins with its name
    damaged = data[:at] + (900_000_000).to_bytes(4, "little") + data[at + 4 :]
    with pytest.raises(Unreadable, match=r"^damaged, or no Outlook message$"):
        parse(damaged, "a.msg")


@pytest.mark.parametrize("at", [44, 64, 72])
def test_a_table_that_is_said_to_be_larger_than_the_file_takes_no_memory(at: int):
    data = message({SUBJECT: "x", BODY: "Hello."})
    damaged = data[:at] + (2_000_000_000).to_bytes(4, "little") + data[at + 4 :]
    tracemalloc.start()
    try:
        assert kind_of(damaged, "a.msg") is None
        with pytest.raises(Unreadable, match=r"^damaged, or no Outlook message$"):
            parse(damaged, "a.msg")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
