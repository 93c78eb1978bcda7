"""Texts that are put one after the other."""

from index.parsing.base import Parsed
from index.parsing.builder import Builder, Run
from index.parsing.joined import Joined
from tests.parsing.outlined import outlined, styled


def part(words: str) -> Parsed:
    builder = Builder()
    builder.heading("Part", 1)
    builder.time(1.5)
    builder.page("7")
    with builder.inside("table"):
        builder.row(["a", words])
    builder.add("paragraph", [Run("so "), Run(words, "bold")])
    return builder.parsed()


def test_all_offsets_are_shifted():
    whole = Joined()
    whole.add(part("x"))
    whole.add(Parsed("  \n"))
    whole.add(part("y"), deeper=2)
    parsed = whole.parsed(title="  T ", properties={"a": "b", "c": ""})
    assert parsed.text == "Part\n\na\tx\n\nso x\n\nPart\n\na\ty\n\nso y"
    assert outlined(parsed) == [
        "heading1: Part",
        "table",
        "  row: a | x",
        "paragraph: so x",
        "heading3: Part",
        "table",
        "  row: a | y",
        "paragraph: so y",
    ]
    assert styled(parsed) == [("bold", "x", ""), ("bold", "y", "")]
    assert [one.start for one in parsed.layout.times] == [6, 23]
    assert [(one.label, one.start) for one in parsed.layout.pages] == [("7", 6), ("7", 23)]
    assert (parsed.title, parsed.properties) == ("T", {"a": "b"})
