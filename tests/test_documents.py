import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import documents
from index.documents import Skipped, Unreadable, decode, digest, load, load_markdown, load_plain, walk
from index.errors import DocumentsError
from index.records import Mark

RUSSIAN = "Собрание состоялось в понедельник. Присутствовали все члены клуба, и решение было принято."
JAPANESE = "会議は月曜日に開かれました。全員が出席し、新しい温室を買うことに決めました。"
FRENCH = "Café Zoë – “naïve” façade costs 5 €. La crème brûlée était délicieuse, mais trop sucrée."
POLISH = "Zażółć gęślą jaźń. Spotkanie odbyło się w poniedziałek i wszyscy członkowie klubu byli obecni."
GREEK = "Η συνάντηση έγινε τη Δευτέρα. Όλα τα μέλη του συλλόγου ήταν παρόντα και αποφάσισαν."
LIMIT = 1000


def sources(folder: Path) -> list[str]:
    return [file.source for file in walk(folder, LIMIT)[0]]


def skipped(folder: Path) -> dict[str, str]:
    return {skip.source: skip.reason for skip in walk(folder, LIMIT)[1]}


# ------------------------------------------------------------------------------------ decoding


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve 5 €".encode(), "naïve 5 €"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        ("Hé".encode("utf-16"), "Hé"),
        (codecs.BOM_UTF16_LE + "Hé".encode("utf-16-le"), "Hé"),
        (codecs.BOM_UTF16_BE + "Hé".encode("utf-16-be"), "Hé"),
        ("Héllo".encode("utf-16-le"), "Héllo"),
        ("Héllo".encode("utf-16-be"), "Héllo"),
        (codecs.BOM_UTF32_LE + "Hé".encode("utf-32-le"), "Hé"),
        (codecs.BOM_UTF32_BE + "Hé".encode("utf-32-be"), "Hé"),
        (FRENCH.encode("cp1252"), FRENCH),
        (POLISH.encode("iso-8859-2"), POLISH),
        (GREEK.encode("iso-8859-7"), GREEK),
        (RUSSIAN.encode("cp1251"), RUSSIAN),
        (RUSSIAN.encode("koi8-r"), RUSSIAN),
        (JAPANESE.encode("shift_jis"), JAPANESE),
        (JAPANESE.encode("euc-jp"), JAPANESE),
        (b"", ""),
    ],
)
def test_every_encoding_is_decoded(data, text):
    assert decode(data) == text


@pytest.mark.parametrize(
    "text", ["one\r\ntwo\r\n", "one\rtwo", "a\u00a0b", "tab\there", "\x0cpage", "e\u0301", "x\u2028y"]
)
def test_no_character_is_changed(text):
    assert decode(text.encode()) == text
    assert load_plain(text.encode())[0] == text
    assert load_markdown(text.encode())[0] == text


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\x7fELF\x02\x01\x01", b"a\x00\x00\x00"],
)
def test_a_binary_file_is_no_text(data):
    with pytest.raises(Unreadable, match=r"^binary, (not text|or text in an unknown encoding)$"):
        decode(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_unreadable(data):
    try:
        assert isinstance(decode(data), str)
    except Unreadable as reason:
        assert str(reason).startswith("binary, ")


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty"), (b" \r\n\t", "no text in it"), (b"---", "no text in it")]
)
def test_a_file_without_text_is_unreadable(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        load("a.txt", data)


# ------------------------------------------------------------------------------------ titles, marks


@pytest.mark.parametrize(
    ("source", "text", "title"),
    [
        ("a.txt", "Onion soup\n\nSlice six onions.", "Onion soup"),
        ("a.txt", "\n\r\n  Onion \t soup \r\nSlice.", "Onion soup"),
        ("a.txt", "Old Mac\rline two", "Old Mac"),
        ("a.txt", "x" * 120, "x" * 120),
        ("b/my_first_file.txt", "x" * 121 + "\nshort", "my first file"),
        ("a.md", "Some text.\n\n## The *big* [plan](http://x.y) of `docent`\n", "The big plan of docent"),
        ("a.md", "# One\n\n# Two\n", "One"),
        ("a.md", "The\nheading\n===\n\ntext", "The heading"),
        ("a.md", "#\n\n# Second\n", "Second"),
        ("a.md", "First line\nof a text.", "First line"),
        ("a.md", "---\ntitle: no\n---\n\nHello there.\n", "Hello there."),
        ("a_b.md", "---\ntitle: no\n---\n", "a b"),
    ],
)
def test_titles(source, text, title):
    document = load(source, text.encode())
    assert (document.title, document.source, document.text) == (title, source, text)
    assert document.digest == digest(text.encode())


def test_a_digest_is_sha256():
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def paragraph(offset: int, number: int) -> Mark:
    return Mark(offset, "paragraph", str(number))


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("One.\nStill one.\n\nTwo.", [0, 17]),
        ("One.\r\n\r\nTwo.\r\n \t\r\n\r\nThree.\r\n", [0, 8, 20]),
        ("One.\r\rTwo.", [0, 6]),
        ("One.\n  \nTwo.", [0, 8]),
        ("One.\n\u00a0\n  Two.", [0, 7]),
        ("\n\nOne.\n\n\n\n", [2]),
        ("\nOne.", [0]),
        (" \n ", []),
    ],
)
def test_paragraphs_of_plain_text(text, offsets):
    wanted = tuple(paragraph(offset, number) for number, offset in enumerate(offsets, start=1))
    assert load_plain(text.encode())[2] == wanted


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("# A\n\ntext\n\n## B *c* #\nmore", ["0 # A", "5 1", "11 ## B c", "22 2"]),
        ("# A\r\n\r\nxt\r\n", ["0 # A", "7 1"]),
        ("```\n# no heading\n```\n\nend", ["0 1", "22 2"]),
        ("~~~\n# no\n\n# no\n~~~\n# yes", ["0 1", "19 # yes"]),
        ("    # code\n\nend", ["0 1", "12 2"]),
        ("#no\n\n\\# no", ["0 1", "5 2"]),
        ("Title\n===\nx\n\nSub\n---\ny", ["0 # Title", "10 1", "13 ## Sub", "21 2"]),
        ("Two\nlines\n===\n", ["0 # Two lines"]),
        ("- a\n- b\n  - c\n\n1. d", ["0 1", "4 2", "8 3", "15 4"]),
        ("> a\n>\n> b", ["0 1", "6 2"]),
        ("|h|i|\n|-|-|\n|a|b|\n|c|d|\n", ["0 1", "12 2", "18 3"]),
        ("<div>\nx\n</div>\n\ny", ["0 1", "16 2"]),
        ("---\na: 1\n---\n# T\n\nx", ["13 # T", "18 1"]),
        ("a\n\n---\n\nb", ["0 1", "8 2"]),
        ("[r]: http://x.y\n\nb", ["0 1", "17 2"]),
        ("a\u2028# b\n\nc", ["0 1", "7 2"]),
        ("é😀\n\nb", ["0 1", "4 2"]),
    ],
)
def test_marks_of_markdown(text, marks):
    found = load_markdown(text.encode())[2]
    assert [f"{mark.offset} {'#' * mark.level} {mark.label}".replace("  ", " ") for mark in found] == marks
    assert {mark.kind for mark in found if mark.level} <= {"heading"}
    assert {mark.kind for mark in found if not mark.level} <= {"paragraph"}


# ------------------------------------------------------------------------------------ walking


def test_files_are_found_in_all_folders_by_their_suffix(tmp_path):
    for source in [
        "b.md",
        "a.txt",
        "UPPER.TXT",
        "sub/deep/c.markdown",
        "sub/d.text",
        ".hidden.txt",
        ".git/e.txt",
    ]:
        file = tmp_path / source
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("text")
    os.utime(tmp_path / "a.txt", ns=(1, 1_700_000_000_123_456_700))
    files, passed_over = walk(tmp_path, LIMIT)
    assert [file.source for file in files] == [
        "UPPER.TXT",
        "a.txt",
        "b.md",
        "sub/d.text",
        "sub/deep/c.markdown",
    ]
    assert passed_over == []
    assert (files[1].path, files[1].size) == (tmp_path / "a.txt", 4)
    assert files[1].mtime_ns == 1_700_000_000_123_456_700


def test_every_suffix_with_a_loader_is_read():
    assert sorted(documents.LOADERS) == [".markdown", ".md", ".text", ".txt"]
    assert load("A.TXT", b"x").text == "x"


def test_a_file_of_an_unknown_kind_is_skipped(tmp_path):
    (tmp_path / "a.pdf").touch()
    (tmp_path / "Makefile").touch()
    known = ".markdown .md .text .txt"
    assert skipped(tmp_path) == {
        "a.pdf": f"'.pdf' files are not read, only {known}",
        "Makefile": f"files without a suffix are not read, only {known}",
    }


def test_a_file_over_the_limit_is_skipped(tmp_path):
    (tmp_path / "big.txt").write_bytes(b"x" * 2_000_001)
    (tmp_path / "fits.txt").write_bytes(b"x" * 2_000_000)
    files, passed_over = walk(tmp_path, 2_000_000)
    assert [file.source for file in files] == ["fits.txt"]
    assert passed_over == [Skipped("big.txt", "2 MB: over the limit documents.max_megabytes = 2")]


def test_links_are_followed_but_never_in_a_loop(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("x")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "linked").symlink_to(outside)
    (docs / "one.txt").symlink_to(outside / "a.txt")
    (docs / "loop").symlink_to(docs)
    (outside / "up").symlink_to(docs)
    (docs / "gone.txt").symlink_to(tmp_path / "nothing")
    (docs / "self.txt").symlink_to(docs / "self.txt")
    assert sources(docs) == ["linked/a.txt", "one.txt"]
    assert skipped(docs) == {
        "gone.txt": "a link to a file that does not exist, or just deleted",
        "self.txt": "a link that leads to itself",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no fifos here")
def test_a_fifo_is_skipped_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert skipped(tmp_path) == {"pipe.txt": "not a regular file"}


def test_a_name_that_is_not_utf_8_is_skipped(tmp_path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    except (OSError, UnicodeError):
        pytest.skip("no such names here")
    (tmp_path / "été.txt").write_text("x")
    assert sources(tmp_path) == ["été.txt"]
    assert skipped(tmp_path) == {"caf\ufffd.txt": "its name is not valid UTF-8: rename it"}


def test_a_missing_folder_is_refused(tmp_path):
    for folder in [tmp_path / "none", tmp_path / "file"]:
        (tmp_path / "file").touch()
        with pytest.raises(DocumentsError) as error:
            walk(folder, LIMIT)
        assert str(error.value) == (
            f"There is no documents folder '{folder}'. Name yours with --docs DIR, "
            "or set documents.folder in a settings file."
        )


def denied(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_file_that_cannot_be_read_says_why(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("x")
    [file] = walk(tmp_path, LIMIT)[0]
    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(Unreadable, match=r"^permission denied$"):
        documents.read(file)


def test_a_folder_that_cannot_be_listed_is_skipped(tmp_path, monkeypatch):
    (tmp_path / "private").mkdir()
    (tmp_path / "a.txt").write_text("x")
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: denied() if path.name == "private" else listdir(path))
    assert sources(tmp_path) == ["a.txt"]
    assert skipped(tmp_path) == {"private/": "permission denied"}
    with pytest.raises(
        DocumentsError, match=r"^The folder '.*private' cannot be listed: permission denied\.$"
    ):
        walk(tmp_path / "private", LIMIT)


def test_a_folder_that_can_be_listed_but_not_entered_is_skipped(tmp_path, monkeypatch):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.txt").touch()
    (tmp_path / "b.txt").touch()
    stat = Path.stat
    monkeypatch.setattr(
        Path, "stat", lambda self, **_: denied() if self.parent.name == "private" else stat(self)
    )
    assert sources(tmp_path) == ["b.txt"]
    assert skipped(tmp_path) == {"private/a.txt": "permission denied"}
