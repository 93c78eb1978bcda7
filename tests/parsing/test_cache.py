"""Results of parsers that are kept on the disk."""

import os
from pathlib import Path

import pytest

from index.parsing import cache, plain
from index.parsing.base import Parsed, Unreadable
from index.parsing.cache import Cache


class Parser:
    """Notes down what it parses."""

    def __init__(self) -> None:
        self.parsed: list[tuple[str, bytes]] = []

    def __call__(self, name: str, data: bytes) -> Parsed:
        self.parsed.append((name, data))
        if data == b"!":
            raise Unreadable("damaged")
        return plain.parse(data, name)


@pytest.fixture
def parser() -> Parser:
    return Parser()


@pytest.fixture
def kept(tmp_path: Path, parser: Parser, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A cache that keeps whatever is parsed."""
    monkeypatch.setattr(cache, "WORTH_SECONDS", 0.0)
    return Cache(tmp_path / "parsed", parser)


def files(folder: Path) -> list[Path]:
    """What is kept, without the tag that declares the folder a cache."""
    return [file for file in folder.iterdir() if file.name != "CACHEDIR.TAG"]


TEXT = "Prices:\nTea 2.50\nCake 3.20\n\n- Zoë’s 😀\n".encode()


def test_what_was_parsed_once_is_not_parsed_again(tmp_path, kept, parser):
    first = kept.parse("a.txt", TEXT)
    assert first == plain.parse(TEXT, "a.txt")
    assert kept.parse("b/c.TXT", TEXT) == Cache(tmp_path / "parsed", parser).parse("a.txt", TEXT) == first
    assert parser.parsed == [("a.txt", TEXT)]
    kept.parse("a.txt", TEXT + b".")
    kept.parse("a.md", TEXT)
    assert len(parser.parsed) == 3


def test_what_takes_no_time_is_not_kept(tmp_path, parser):
    quick = Cache(tmp_path / "parsed", parser)
    assert quick.parse("a.txt", b"x") == quick.parse("a.txt", b"x")
    assert len(parser.parsed) == 2
    assert not (tmp_path / "parsed").exists()


def test_what_cannot_be_read_is_not_kept(kept, parser):
    for _ in range(2):
        with pytest.raises(Unreadable, match=r"^damaged$"):
            kept.parse("a.txt", b"!")
    assert len(parser.parsed) == 2


@pytest.mark.parametrize("damage", [b"", b"\xc1nonsense", b"\x80"])
def test_what_is_damaged_is_parsed_anew(tmp_path, kept, parser, damage):
    kept.parse("a.txt", TEXT)
    [file] = files(tmp_path / "parsed")
    file.write_bytes(damage)
    assert kept.parse("a.txt", TEXT) == plain.parse(TEXT, "a.txt")
    assert len(parser.parsed) == 2
    kept.parse("a.txt", TEXT)
    assert len(parser.parsed) == 2


def test_a_folder_that_cannot_be_written_to_is_no_harm(tmp_path, kept, parser):
    (tmp_path / "parsed").touch()
    assert kept.parse("a.txt", TEXT) == plain.parse(TEXT, "a.txt")
    assert kept.parse("a.txt", TEXT) == plain.parse(TEXT, "a.txt")
    assert len(parser.parsed) == 2


def test_other_versions_of_parsers_parse_anew(tmp_path, kept, parser):
    kept.parse("a.txt", TEXT)
    Cache(tmp_path / "parsed", parser, lambda: "newer").parse("a.txt", TEXT)
    assert len(parser.parsed) == 2


def test_what_was_used_longest_ago_goes_first(tmp_path, kept, parser, monkeypatch):
    for number in range(3):
        kept.parse("a.txt", b"%d" % number)
    sizes = {file.stat().st_size for file in files(tmp_path / "parsed")}
    monkeypatch.setattr(cache, "MOST_BYTES", 3 * max(sizes))
    kept = Cache(tmp_path / "parsed", parser)
    for file in files(tmp_path / "parsed"):
        os.utime(file, ns=(1, 1))
    kept.parse("a.txt", b"1")  # used again
    for number in (7, 8):
        kept.parse("a.txt", b"%d" % number)
    parser.parsed.clear()
    kept.parse("a.txt", b"1")
    assert parser.parsed == []
    assert len(files(tmp_path / "parsed")) == 3
