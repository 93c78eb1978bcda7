"""Bytes that are kept on the disk, as many as there may be."""

import os
from pathlib import Path

from index.cached import CacheFolder


def test_what_is_kept_is_had_again_by_all(tmp_path: Path) -> None:
    kept = CacheFolder(tmp_path / "a" / "b", 100)
    assert kept.get("one") is None
    kept.put("one", b"1")
    assert kept.get("one") == CacheFolder(tmp_path / "a" / "b", 100).get("one") == b"1"
    tag = (tmp_path / "a" / "b" / "CACHEDIR.TAG").read_bytes()
    assert tag.startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = CacheFolder(tmp_path, 10)
    for name in ("one", "two"):
        kept.put(name, bytes(5))
        os.utime(tmp_path / name, ns=(1, 1))
    kept.get("one")
    kept.put("three", bytes(5))
    assert [kept.get(name) for name in ("one", "two", "three")] == [bytes(5), None, bytes(5)]
    kept.put("large", bytes(11))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["CACHEDIR.TAG"]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = CacheFolder(tmp_path / "file", 10)
    kept.put("one", b"1")
    assert kept.get("one") is None
