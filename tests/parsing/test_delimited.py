import pytest

from index.parsing import delimited
from index.parsing.base import Parsed, Unreadable
from index.records import Document, Notice
from index.units.shown import Shower, shown
from tests.parsing.outlined import outlined


def read(text: str, name: str = "a.csv") -> Parsed:
    parsed = delimited.parse(text.encode(), name)
    assert parsed.text == text
    return parsed


def told(parsed: Parsed) -> list[str]:
    """Rows as people see them."""
    shower = Shower(Document("a", "", parsed.text, "", parsed.layout))
    heads: list[str] = []
    found = []
    for block in parsed.layout.blocks:
        if block.kind == "head":
            heads = [shower.shown(*cell) for cell in block.cells]
        elif block.kind == "row":
            found.append(shown(parsed.text, shower.row(block.cells, heads)))
        elif block.kind in ("caption", "paragraph"):
            found.append(shower.shown(block.start, block.end))
    return found


def test_the_text_is_the_file_and_a_row_is_told_with_its_columns():
    parsed = read("Item;Price\r\nCoffee;2,50\r\nTea;2,00\r\n")
    assert outlined(parsed) == ["table", "  head: Item | Price", "  row: Coffee | 2,50", "  row: Tea | 2,00"]
    assert told(parsed) == ["Item: Coffee · Price: 2,50", "Item: Tea · Price: 2,00"]
    assert [block.cells for block in parsed.layout.blocks[1:]] == [
        ((0, 4), (5, 10)),
        ((12, 18), (19, 23)),
        ((25, 28), (29, 33)),
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("name,city,age\nAnn,Hamburg,30\nBob,Kiel,40\n", "Ann | Hamburg | 30"),
        ("name;city;age\nAnn;Hamburg;1,5\nBob;Kiel;2,5\n", "Ann | Hamburg | 1,5"),
        ("name\tcity\tage\nAnn, Dr.\tHamburg\t30\nBob, Mr.\tKiel\t40\n", "Ann, Dr. | Hamburg | 30"),
        ("name|city|age\nAnn|Hamburg|30\nBob|Kiel|40\n", "Ann | Hamburg | 30"),
        ("sep=;\nname;city;age\nAnn;Hamburg;30\nBob;Kiel;40\n", "Ann | Hamburg | 30"),
        ("\ufeffname,city,age\nAnn,Hamburg,30\nBob,Kiel,40\n", "Ann | Hamburg | 30"),
    ],
)
def test_the_delimiter_is_found(text, cells):
    lines = outlined(delimited.parse(text.encode(), "a.csv"))
    assert lines[1:3] == ["  head: name | city | age", f"  row: {cells}"]


def test_quotation_marks_are_not_shown():
    parsed = read('name,remark\nAnn,"likes ""tea"", black"\nBob,"line one\nline two"\nEve," "\n')
    assert outlined(parsed) == [
        "table", "  head: name | remark", '  row: Ann | likes ""tea"", black',
        "  row: Bob | line one\nline two",
        "  row: Eve | ",
    ]  # fmt: skip
    assert told(parsed) == [
        'name: Ann · remark: likes "tea", black',
        "name: Bob · remark: line one\nline two",
        "name: Eve",
    ]


def test_marks_that_close_nothing_are_text():
    parsed = read('part,size,note\n"Bolt,8,x\nPipe,5" wide,"he said "hi", twice"\nRod,3,y\n')
    assert outlined(parsed)[2:] == [
        '  row: "Bolt | 8 | x', '  row: Pipe | 5" wide | he said "hi | twice"', "  row: Rod | 3 | y",
    ]  # fmt: skip


def test_rows_that_are_too_short_or_too_long():
    parsed = read("a,b,c\n1,2\n1,2,3,\n1,2,3,4\n,,\n\n")
    assert outlined(parsed) == [
        "table", "  head: a | b | c", "  row: 1 | 2 | ", "  row: 1 | 2 | 3", "  row: 1 | 2 | 3 | 4",
    ]  # fmt: skip


def test_comments_and_titles_above_the_rows():
    parsed = read("# exported, 1 March\nPrice list,,\nitem,price,tax\ntea,2,7\nmilk,1,7\n")
    assert outlined(parsed) == [
        "paragraph: exported, 1 March",
        "table", "  caption: Price list", "  head: item | price | tax", "  row: tea | 2 | 7",
        "  row: milk | 1 | 7",
    ]  # fmt: skip
    assert told(parsed)[:2] == ["exported, 1 March", "Price list"]


def test_rows_without_a_head():
    assert outlined(read("Ann,12,4401\nBob,14,4402\n"))[1] == "  row: Ann | 12 | 4401"
    assert outlined(read("Phone,4401\nRoom,12\n"))[1] == "  row: Phone | 4401"


def test_a_single_column():
    assert outlined(read("price\n12\n15\n")) == ["table", "  head: price", "  row: 12", "  row: 15"]
    assert outlined(read("Hamburg\nKiel\n")) == ["table", "  row: Hamburg", "  row: Kiel"]


def test_tabulators_are_preferred_where_the_name_says_so():
    parsed = read("a, b\tc\n1, 2\t3\n", "a.TSV")
    assert outlined(parsed)[1:] == ["  head: a, b | c", "  row: 1, 2 | 3"]


def test_encodings():
    parsed = delimited.parse("Straße;Größe\nÄußere Allee;12\nNördlicher Weg;14\n".encode("utf-16"), "a.csv")
    assert outlined(parsed)[1] == "  head: Straße | Größe"
    damaged = delimited.parse(
        "Größe,Ürsprünge,Höfe\nä,ö,\xff\n".encode().replace(b"\xc3\xbf", b"\xff"), "a.csv"
    )
    assert damaged.notices == (Notice("replaced", 1),)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no text in it"),
        (b",,;\n--", "no text in it"),
        (b"sep=;\n", "no text in it"),
        (bytes(range(256)) * 20, "binary, or text in an unknown encoding"),
        pytest.param(
            b"1\n" * 100_001,
            r"more than 100,000 rows: keep what matters in a smaller file",
            marks=pytest.mark.slow,
        ),
        (b"1," * 3_000, r"no table: more than 2,000 cells in a line"),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        delimited.parse(data, "a.csv")


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        b'"a,' * 900,
        b'"a\n' * 20_000,
        b'"' + b'""x,' * 1_000,
        b'"' * 100_000 + b"a",
        (b'""x,' * 1_500 + b"\n") * 9,
    ],
)
def test_broken_quotation_marks_take_no_time(data):
    assert delimited.parse(data, "a.csv").text == data.decode()
