"""Files of a folder, and the documents that each holds."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from index import documents
from index.documents import Skipped, digest, load, walk
from index.errors import DocumentsError
from index.parsing import formats
from index.parsing.base import Attachment, Parsed, Unreadable
from index.records import Document

LIMIT = 1000


def sources(folder: Path) -> list[str]:
    return [file.source for file in walk(folder, LIMIT)[0]]


def skipped(folder: Path) -> dict[str, str]:
    return {skip.source: skip.reason for skip in walk(folder, LIMIT)[1]}


# ------------------------------------------------------------------------------------ loading


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "empty"), (b" \r\n\t", "no text in it"), (b"---", "no text in it")]
)
def test_a_file_without_text_is_unreadable(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        load("a.txt", data)


@pytest.mark.parametrize(
    ("source", "text", "title"),
    [
        ("a.txt", "Onion soup\n\nSlice six onions.", "Onion soup"),
        ("a.txt", "\n\r\n  Onion \t soup \r\n\r\nSlice.", "Onion soup"),
        ("b/my_first_file.txt", "One line\nand another", "my first file"),
        ("b/my_first_file.txt", "x" * 121 + "\n\nshort", "my first file"),
        ("a.md", "## The *big* [plan](http://x.y) of `docent`\n\nText.\n", "The big plan of docent"),
        ("a_b.md", "# One\n\n# Two\n", "a b"),
        ("a.md", "The\nheading\n===\n\ntext", "The heading"),
        ("a.md", "#\n\n# Second\n", "Second"),
        ("a.md", "Before.\n\n# Title\n\ntext", "Title"),
        ("a_b.md", "Before.\n\n## Part\n\ntext", "a b"),
        ("a_b.md", "## One\n\nx\n\n## Two\n\ny\n", "a b"),
        ("a.md", "## Title\n\n### One\n\n### Two\n", "Title"),
        ("a_b.md", f"# {'x' * 121}\n\ntext", "a b"),
        ("a.md", f"# {'x' * 120}\n\ntext", "x" * 120),
        ("a_b.md", "First line\nof a text.", "a b"),
        ("a.md", "---\ntitle: The plan\n---\n\n# Other\n\nHello there.\n", "The plan"),
        ("a.md", "---\nauthor: Zoë\n---\n\n## Plan\n\nHello there.\n", "Plan"),
        ("a_b.md", "---\ntitle:\n---\n\nHello there.\n", "a b"),
    ],
)
def test_titles(source, text, title):
    [document] = load(source, text.encode())
    assert (document.title, document.source, document.text) == (title, source, text)
    assert document.digest == digest(text.encode())
    assert document.file == ""


def test_a_document_has_what_its_parser_tells():
    data = b"---\nauthor: Zo\xc3\xab \xc3\xb6\xc3\xa4\xc3\xbc \xff\n---\n\nText.\n"
    [document] = load("a.md", data)
    parsed = formats.parse("a.md", data)
    assert (document.layout, document.properties, document.notices) == (
        parsed.layout,
        {"author": "Zoë öäü \ufffd"},
        parsed.notices,
    )
    assert [(notice.kind, notice.count) for notice in document.notices] == [("replaced", 1)]


def test_a_digest_is_sha256():
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# ------------------------------------------------------------------------------------ attachments


def nested(name: str, data: bytes) -> Parsed:
    """Files are in files between brackets: "words[a.txt=words][b.md=words[c.txt=words]]"."""
    text = data.decode()
    attachments, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character == "[":
            depth += 1
            start = place + 1 if depth == 1 else start
        elif character == "]":
            depth -= 1
            if not depth:
                inner, _, content = text[start:place].partition("=")
                attachments.append(Attachment(inner, content.encode()))
    if text.startswith("!"):
        raise Unreadable("damaged")
    return Parsed(text.partition("[")[0], attachments=tuple(attachments), properties={"name": name})


def found(source: str, text: str) -> list[tuple[str, str, str]]:
    return [(one.source, one.text, one.file) for one in load(source, text.encode(), nested)]


def test_attachments_are_documents_of_their_own():
    assert found("m/mail.txt", "Hello[a.txt=one][b.md=two]") == [
        ("m/mail.txt", "Hello", ""),
        ("m/mail.txt/a.txt", "one", "m/mail.txt"),
        ("m/mail.txt/b.md", "two", "m/mail.txt"),
    ]


def test_attachments_have_the_digest_of_their_file_and_a_title_of_their_own():
    data = b"Hello[my_notes.txt=one]"
    mail, notes = load("mail.txt", data, nested)
    assert mail.digest == notes.digest == digest(data)
    assert (mail.title, notes.title) == ("mail", "my notes")
    assert notes == Document(
        "mail.txt/my_notes.txt",
        "my notes",
        "one",
        digest(data),
        properties={"name": "mail.txt/my_notes.txt"},
        file="mail.txt",
    )


def test_a_file_without_words_may_hold_others():
    assert found("mail.txt", "[a.txt=one]") == [("mail.txt/a.txt", "one", "mail.txt")]
    with pytest.raises(Unreadable, match=r"^no text in it$"):
        found("mail.txt", "...[a.xyz=one]")


def test_attachments_that_cannot_be_read_are_left_out():
    assert found("mail.txt", "Hello[a.txt=!][b.xyz=two][c.txt=][noname=x][d.txt=four]") == [
        ("mail.txt", "Hello", ""),
        ("mail.txt/d.txt", "four", "mail.txt"),
    ]


def test_attachments_of_one_name_have_several():
    assert [source for source, _, _ in found("m.txt", "Hi[a.txt=1][a.txt=2][b/c.txt=3][b_c.txt=4]")] == [
        "m.txt",
        "m.txt/a.txt",
        "m.txt/2-a.txt",
        "m.txt/b_c.txt",
        "m.txt/2-b_c.txt",
    ]


def test_attachments_may_hold_others_but_not_without_end():
    text = "1[a.txt=2[b.txt=3[c.txt=4[d.txt=5[e.txt=6[f.txt=7]]]]]]"
    assert found("x/m.txt", text) == [
        ("x/m.txt", "1", ""),
        ("x/m.txt/a.txt", "2", "x/m.txt"),
        ("x/m.txt/a.txt/b.txt", "3", "x/m.txt"),
        ("x/m.txt/a.txt/b.txt/c.txt", "4", "x/m.txt"),
        ("x/m.txt/a.txt/b.txt/c.txt/d.txt", "5", "x/m.txt"),
    ]


def test_a_file_that_cannot_be_read_says_why_whatever_lies_in_it():
    with pytest.raises(Unreadable, match=r"^damaged$"):
        found("mail.txt", "![a.txt=one]")


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


def test_every_suffix_of_a_format_is_read():
    assert {".markdown", ".md", ".text", ".txt"} <= set(formats.SUFFIXES)
    assert list(formats.SUFFIXES) == sorted({suffix.lower() for suffix in formats.SUFFIXES})
    assert all(formats.known(f"A{suffix.upper()}") for suffix in formats.SUFFIXES)
    assert not any(map(formats.known, ["a.xyz", "txt", ".txt", "a.txt.xyz", ""]))
    assert load("A.TXT", b"x")[0].text == "x"


def test_a_file_of_an_unknown_kind_is_skipped(tmp_path):
    (tmp_path / "a.xyz").touch()
    (tmp_path / "Makefile").touch()
    assert skipped(tmp_path) == {
        "a.xyz": "'.xyz' files are not read (docs/formats.md names those that are)",
        "Makefile": "files without a suffix are not read (docs/formats.md names those that are)",
    }


def test_a_file_over_the_limit_is_skipped(tmp_path):
    (tmp_path / "big.txt").write_bytes(b"x" * 2_000_001)
    (tmp_path / "fits.txt").write_bytes(b"x" * 2_000_000)
    files, passed_over = walk(tmp_path, 2_000_000)
    assert [file.source for file in files] == ["fits.txt"]
    assert passed_over == [Skipped("big.txt", "2 MB: over the limit documents.max_megabytes = 2")]


OUT = "a link that leads out of the documents folder (documents.follow_links allows it)"


def test_links_lead_out_of_the_folder_only_where_that_is_allowed_and_never_in_a_loop(tmp_path):
    outside, docs = tmp_path / "outside", tmp_path / "docs"
    outside.mkdir()
    (outside / "a.txt").write_text("x")
    (docs / "inside").mkdir(parents=True)
    (docs / "inside" / "b.txt").write_text("x")
    (docs / "linked").symlink_to(outside)
    (docs / "one.txt").symlink_to(outside / "a.txt")
    (docs / "two.txt").symlink_to(docs / "inside" / "b.txt")
    (docs / "loop").symlink_to(docs)
    (outside / "up").symlink_to(docs)
    (docs / "gone.txt").symlink_to(tmp_path / "nothing")
    (docs / "self.txt").symlink_to(docs / "self.txt")
    (tmp_path / "alias").symlink_to(docs)
    broken = {
        "gone.txt": "a link to a file that does not exist, or just deleted",
        "self.txt": "a link that leads to itself",
    }
    for folder in (docs, tmp_path / "alias"):
        assert sources(folder) == ["inside/b.txt", "two.txt"]
        assert skipped(folder) == {**broken, "linked": OUT, "one.txt": OUT}
        files, refused = walk(folder, LIMIT, follow_links=True)
        assert [file.source for file in files] == ["inside/b.txt", "linked/a.txt", "one.txt", "two.txt"]
        assert {skip.source: skip.reason for skip in refused} == broken


def test_a_file_that_has_become_a_link_out_of_the_folder_is_not_read(tmp_path):
    docs, secret = tmp_path / "docs", tmp_path / "secret.txt"
    (docs / "sub").mkdir(parents=True)
    secret.write_text("secret")
    (docs / "a.txt").write_text("x")
    (docs / "sub" / "secret.txt").write_text("y")
    files = walk(docs, LIMIT)[0]
    (docs / "a.txt").unlink()
    (docs / "a.txt").symlink_to(secret)
    (docs / "sub" / "secret.txt").unlink()
    (docs / "sub").rmdir()
    (docs / "sub").symlink_to(tmp_path)  # of a folder above it likewise
    assert [file.source for file in files] == ["a.txt", "sub/secret.txt"]
    for file in files:
        with pytest.raises(Unreadable) as refused:
            documents.read(file)
        assert str(refused.value) == OUT
        with pytest.raises(OSError, match="leads out of the documents folder"):
            documents.find(docs, file.source, follow_links=False)
        assert documents.read(documents.find(docs, file.source, follow_links=True)) == b"secret"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no fifos here")
def test_a_file_that_has_become_a_pipe_or_a_device_is_not_waited_for(tmp_path):
    for name in ("pipe.txt", "device.txt"):
        (tmp_path / name).write_text("x")
    files = walk(tmp_path, LIMIT)[0]
    for name in ("pipe.txt", "device.txt"):
        (tmp_path / name).unlink()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    for file in files:
        with pytest.raises(Unreadable, match=r"^not a regular file$"):
            documents.read(replace(file, within=None))
        with pytest.raises(OSError, match="not a regular file"):
            documents.digest_file(file.path)
        with pytest.raises(OSError, match="not a regular file"):
            documents.find(tmp_path, file.source, follow_links=True)


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
    monkeypatch.setattr(os, "open", denied)
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
