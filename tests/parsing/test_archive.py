import io
import struct
import zipfile

import pytest

from index.parsing import xml
from index.parsing.archive import Archive
from index.parsing.base import Unreadable
from index.parsing.office.package import Package
from tests.parsing.office import relations, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def test_entries_are_read_whatever_the_case_and_slashes_of_their_names():
    archive = Archive(zipped({"Word/Document.xml": "one", "a\\b.txt": "two"}))
    assert archive.read("/word/document.xml") == b"one"
    assert archive.read("a/b.txt") == b"two"
    assert archive.names == ["Word/Document.xml", "a/b.txt"]
    assert "nothing" not in archive


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no zip at all", "damaged, or no zip container as its format needs"),
        (OLE, "an old Office file under a new name"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
    ],
)
def test_what_is_no_container_is_refused(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        Archive(data)


def test_a_missing_entry_is_named():
    with pytest.raises(Unreadable, match=r"^damaged: 'content.xml' is missing in it$"):
        Archive(zipped({"a": "b"})).read("content.xml")


def test_a_damaged_entry_is_refused():
    data = bytearray(zipped({"a.txt": "words " * 50}))
    at = data.index(b"a.txt") + 5
    data[at + 2 : at + 6] = b"\xff\xff\xff\xff"
    with pytest.raises(Unreadable, match=r"^damaged: 'a\.txt' in it cannot be unpacked$"):
        Archive(bytes(data)).read("a.txt")


def test_an_encrypted_entry_is_refused():
    data = bytearray(zipped({"a.txt": "words"}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    with pytest.raises(Unreadable, match=r"^encrypted with a password$"):
        Archive(bytes(data)).read("a.txt")


def test_an_entry_that_grows_a_thousandfold_is_not_unpacked():
    with pytest.raises(Unreadable, match=r"^would unpack to more than 200 MB$"):
        Archive(zipped({"bomb": bytes(20_000_000)})).read("bomb")


def test_entries_that_are_too_large_together_are_not_unpacked():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(21):
            archive.writestr(f"{number}", b"x")
    data = bytearray(stream.getvalue())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:  # each declares 9,900,000 bytes
        data[at + 24 : at + 28] = struct.pack("<I", 9_900_000)
        at += 4
    with pytest.raises(Unreadable, match=r"^would unpack to more than 200 MB$"):
        Archive(bytes(data)).check()


@pytest.mark.slow
def test_too_many_entries_are_refused():
    with pytest.raises(Unreadable, match=r"^a container of more than 20,000 files$"):
        Archive(zipped({f"{number}": "" for number in range(20_001)}))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<a>", "damaged: not well-formed XML"),
        (b'<?xml version="1.0" encoding="none"?><a/>', "damaged: not well-formed XML"),
        (b"<a>" * 200, "damaged: its parts nest too deeply"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            "its XML defines entities, which no document needs",
        ),
        (
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
            "its XML defines entities, which no document needs",
        ),
    ],
)
def test_xml_that_is_not_sound_is_refused(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        xml.tree(data)


def test_more_elements_than_memory_has_room_for_are_refused():
    with pytest.raises(Unreadable, match=r"^built of more than 100 parts$"):
        xml.tree(b"<a>" + b"<b/>" * 100 + b"</a>", most=100)


def test_names_are_short_whatever_the_prefix_and_the_version_of_the_standard():
    transitional = (
        b'<x:p xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main" x:a="1" b="2"/>'
    )
    strict = b'<p xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'
    other = b'<p xmlns="urn:none"/>'
    assert (xml.tree(transitional).tag, xml.tree(transitional).attrib) == ("w:p", {"w:a": "1", "b": "2"})
    assert xml.tree(strict).tag == "w:p"
    assert xml.tree(other).tag == "{urn:none}p"


def test_parts_are_found_by_their_relations():
    data = zipped({
        "_rels/.rels": relations(("a", "officeDocument", "/x/main.xml")),
        "x/main.xml": "<a/>",
        "x/_rels/main.xml.rels": relations(
            ("s", "styles", "../styles.xml"), ("l", "hyperlink", "https://example.org/"),
            ("n", "numbering", "none"),
        ),
        "styles.xml": "<b/>",
    })  # fmt: skip
    package = Package(data)
    assert package.main == "x/main.xml"
    assert package.first("x/main.xml", "styles") == "styles.xml"
    assert package.first("x/main.xml", "numbering") == ""
    assert package.relations("x/main.xml")["l"] == ("hyperlink", "https://example.org/", True)
    with pytest.raises(Unreadable, match=r"^no document of Word, PowerPoint or Excel in it$"):
        Package(zipped({"a": "b"}))
