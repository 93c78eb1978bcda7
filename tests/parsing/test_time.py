"""A text that is twice as long takes twice the time to parse, where once it took four times as long."""

import time

import pytest

from index.parsing.formats import parse

SECONDS = 8.0
"""Of a processor; what was quadratic took several times as long."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "blocks"),
    [
        ("a.txt", "- item\n" * 60_000, 120_001),
        ("a.txt", "Q: what is it?\nA: this.\n" * 40_000, 80_000),
        ("a.txt", "name   12   room\n" * 100_000, 100_001),
    ],
    ids=["items", "questions", "columns"],
)
def test_long_texts_take_no_longer_for_their_length(name: str, text: str, blocks: int):
    began = time.process_time()
    parsed = parse(name, text.encode())
    assert time.process_time() - began < SECONDS
    assert len(parsed.layout.blocks) == blocks
