"""What is marked on the picture of a page is the quote, the whole quote and nothing else."""

import io

import pytest
from PIL import Image

from index.parsing.base import Unreadable
from index.parsing.pages.pdf import parse
from index.pictures import marks_of, page_picture, runs
from tests.drawing.marked import pdf

YELLOW = (255, 224, 64)


LEFT = (
    "one two three four five six",
    "seven eight nine ten eleven",
    "twelve and thirteen and so",
    "on to twenty",
)
RIGHT = ("other words stand over", "here beside the first", "ones, but they are not", "meant")
TWO = pdf(
    [
        *((20, 200 - 12 * n, one) for n, one in enumerate(LEFT)),
        *((220, 200 - 12 * n, one) for n, one in enumerate(RIGHT)),
    ]
)


def yellow(data: bytes, quote: str, scale: float = 2) -> list[tuple[int, int, int, int]]:
    """The yellow rectangles on the picture of the first page with a quote marked, as they are merged."""
    parsed = parse(data, "x.pdf")
    start = parsed.text.index(quote)
    ((number, marks),) = marks_of(parsed.layout.pages, start, start + len(quote))
    picture = Image.open(io.BytesIO(page_picture(data, number, marks, scale=scale))).convert("RGB")
    found = []
    pixels = picture.load()
    assert pixels is not None
    seen: set[tuple[int, int]] = set()
    for y in range(picture.height):
        for x in range(picture.width):
            if pixels[x, y] == YELLOW and (x, y) not in seen:
                right = x
                while right + 1 < picture.width and pixels[right + 1, y] == YELLOW:
                    right += 1
                bottom = y
                while bottom + 1 < picture.height and pixels[x, bottom + 1] == YELLOW:
                    bottom += 1
                seen |= {(a, b) for a in range(x, right + 1) for b in range(y, bottom + 1)}
                found.append((x, y, right, bottom))
    return found


def extent(rectangles: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    return (
        min(one[0] for one in rectangles), min(one[1] for one in rectangles),
        max(one[2] for one in rectangles), max(one[3] for one in rectangles),
    )  # fmt: skip


def test_a_quote_in_one_of_two_columns_is_marked() -> None:
    left, top, right, bottom = extent(yellow(TWO, "two three"))
    assert (left, right) == (2 * 20 + 2 * 4 * 6 - 2, 2 * 20 + 2 * 13 * 6 + 1)  # letters are 6 points wide
    assert 180 < top < 190 and 200 < bottom < 210  # the base line is 100 points from the top


def test_a_quote_over_two_lines_has_two_marks() -> None:
    found = yellow(TWO, "five six seven")
    first = extent([one for one in found if one[3] < 210 and one[1] < 200])
    second = extent([one for one in found if one[1] >= 203])
    assert first[0] == 2 * 20 + 2 * 19 * 6 - 2 and first[2] <= 2 * 20 + 2 * 27 * 6 + 2
    assert second[0] == 2 * 20 - 2 and second[2] == 2 * 20 + 2 * 5 * 6 + 1


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_turned_pages_are_marked_where_they_are_shown(turned: int) -> None:
    data = pdf([(20, 200, "one two three four five six")], turned=turned)
    left, top, right, bottom = extent(yellow(data, "two three"))
    long, short = (bottom - top, right - left) if turned % 180 else (right - left, bottom - top)
    assert 2 * 54 <= long <= 2 * 54 + 4 and 20 <= short <= 34


def test_boxes_of_a_line_are_merged_and_those_of_columns_are_not() -> None:
    line = [(0, 0, 10, 20), (10, 0, 20, 20), (25, 1, 35, 19)]
    assert runs(line) == [(0, 0, 35, 20)]
    assert runs([*line, (200, 0, 210, 20)]) == [(0, 0, 35, 20), (200, 0, 210, 20)]
    upright = [(0, 0, 20, 10), (0, 10, 20, 18), (0, 22, 20, 30)]
    assert runs(upright) == [(0, 0, 20, 30)]
    assert runs([]) == []


def test_marks_are_those_of_the_pages_that_a_stretch_stands_on() -> None:
    parsed = parse(TWO, "x.pdf")
    assert marks_of(parsed.layout.pages, 0, 0) == []
    ((number, marks),) = marks_of(parsed.layout.pages, 0, 3)
    assert (number, len(marks)) == (0, 3)
    assert [mark[0] for mark in marks] == [160, 208, 256]


def test_what_cannot_be_rendered_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"\Adamaged\Z"):
        page_picture(b"%PDF-1.4 nothing", 0, [], scale=1)
    with pytest.raises(Unreadable, match=r"\Ano page 2 in it\Z"):
        page_picture(TWO, 1, [], scale=1)
    with pytest.raises(Unreadable, match=r"\Adamaged\Z"):
        page_picture(b"no picture", 0, [], scale=1)


def test_scans_are_marked_too() -> None:
    out = io.BytesIO()
    Image.new("L", (850, 1100), 255).save(out, "PNG", dpi=(100, 100))
    picture = Image.open(io.BytesIO(page_picture(out.getvalue(), 0, [(80, 80, 800, 160)], scale=1)))
    assert picture.size == (612, 792)
    assert picture.convert("RGB").getpixel((50, 792 - 15)) == YELLOW
    assert picture.convert("RGB").getpixel((50, 792 - 40)) == (255, 255, 255)
