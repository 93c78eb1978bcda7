"""Contacts: a heading each, a line for each number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing.base import Unreadable
from index.parsing.contacts import parse
from tests.parsing.outlined import outlined

PHONE = """BEGIN:VCARD
VERSION:3.0
N:Vos;Piet;;Dr.;
FN:Dr. Piet Vos
ORG:Vos Pumps;Service
TITLE:Engineer
TEL;type=CELL;type=VOICE;type=pref:+44 7700 900123
TEL;TYPE=WORK,VOICE:020 7946 0000
item1.EMAIL;TYPE=INTERNET:piet@example.org
item1.X-ABLabel:_$!<Private>!$_
ADR;TYPE=HOME:;;4 Mill Lane;Stowe;;AB1 2CD;UK
BDAY:19800314
NOTE:Has the key\\, and the\\n
  pump.
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD=
END:VCARD
"""
OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=
=B6rg
TEL;HOME;FAX:0123 456
PHOTO;JPEG;ENCODING=BASE64:/9j/4AAQSkZJRg=
URL:https://example.org/a;b
X-NEVER-SEEN:what
END:VCARD
"""


def test_contacts_of_a_telephone():
    assert outlined(parse(PHONE.replace("\n", "\r\n").encode(), "a.vcf")) == [
        "heading1: Dr. Piet Vos",
        "list",
        "  record: Organization: Vos Pumps, Service",
        "  record: Title: Engineer",
        "  record: Phone (mobile): +44 7700 900123",
        "  record: Phone (work): 020 7946 0000",
        "  record: Email (private): piet@example.org",
        "  record: Address (home): 4 Mill Lane, Stowe, AB1 2CD, UK",
        "  record: Birthday: 1980-03-14",
        "paragraph: Note: Has the key, and the\npump.",
    ]


def test_old_contacts_with_letters_in_bytes():
    assert outlined(parse(OLD.encode(), "a.vcf")) == [
        "heading1: Jörg Müller",
        "list",
        "  record: Phone (home, fax): 0123 456",
        "  record: Website: https://example.org/a;b",
    ]


def test_new_contacts():
    new = (
        'BEGIN:VCARD\nVERSION:4.0\nFN:Ana\nTEL;VALUE=uri;TYPE="voice,cell":tel:+351-21\nBDAY:--0203\n'
        "CATEGORIES:Friends,Choir\nEND:VCARD\n"
    )
    assert outlined(parse(new.encode(), "a.vcf"))[2:] == [
        "  record: Phone (mobile): +351-21",
        "  record: Birthday: 3 February",
        "  record: Groups: Friends,Choir",
    ]


def test_what_a_contact_is_called_where_it_has_no_name():
    nameless = "BEGIN:VCARD\nORG:Town Hall\nTEL:12\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-03-17\nEND:VCARD\n"
    assert outlined(parse(nameless.encode(), "a.vcf")) == [
        "heading1: Town Hall",
        "list",
        "  record: Organization: Town Hall",
        "  record: Phone: 12",
        "  record: Birthday: 17 March",
    ]


def test_a_line_that_is_broken_amid_a_letter_and_an_encoding_that_is_none():
    name, note = b"FN:Stra\xc3\r\n \x9fe", b"NOTE;CHARSET=X;ENCODING=QUOTED-PRINTABLE:=C3=BC"
    data = b"\r\n".join([b"BEGIN:VCARD", name, note, b"END:VCARD"])
    assert outlined(parse(data, "a.vcf")) == ["heading1: Straße", "list", "  record: Note: ü"]


@pytest.mark.parametrize("data", [b"", b"Dear Ana,\nhow are you?", b"BEGIN:VCARD\nEND:VCARD", b"\0\1\2" * 99])
def test_what_holds_nobody_is_refused(data: bytes):
    with pytest.raises(Unreadable):
        parse(data, "a.vcf")


@given(st.lists(st.sampled_from(PHONE.splitlines() + OLD.splitlines()) | st.text(max_size=20), max_size=12))
def test_whatever_the_lines_are(lines: list[str]):
    try:
        parse("\n".join(lines).encode("utf-8", "replace"), "a.vcf")
    except Unreadable as refusal:
        assert str(refusal)
