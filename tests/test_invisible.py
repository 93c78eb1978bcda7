"""Characters without a shape."""

import pytest

from index.invisible import visible, visible_parts


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("library", "library"),
        ("li\u200bb\u00adr\u2060ary\ufeff", "library"),
        ("би\u200bблио\u200dтека", "библиотека"),
        ("\u202aWho?\u202c\u200e", "Who?"),
        ("می\u200cشود", "می\u200cشود"),  # how Persian spells
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("über uns", "über uns"),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_what_is_left(text: str, seen: str):
    assert visible(text) == seen


def test_stretches_keep_their_places():
    text = "a\u200bbc d\u00ade"
    parts = list(visible_parts(text, 2, len(text)))
    assert parts == [(2, 6), (7, 8)]
    assert "".join(text[start:end] for start, end in parts) == "bc de"
    assert list(visible_parts("plain", 1, 3)) == [(1, 3)]
