"""Pages with their pieces of lines in, text, blocks and pages out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.parsing.builder import Builder
from index.parsing.pages.columns import areas_of
from index.parsing.pages.compose import Composer
from index.parsing.pages.drawings import Rule
from index.parsing.pages.frames import Piece
from index.parsing.pages.grids import place_tables
from index.parsing.pages.headings import Bookmark, mark_headings
from index.parsing.pages.lines import Area, Line, glued
from index.parsing.pages.margins import without_margins
from index.parsing.pages.paragraphs import Paragraph, Reading, settle_items
from index.parsing.pages.sheets import Sheet
from index.parsing.pages.words import Words

_MONO = 0.6  # of all letters: where more are of one width, that tells nothing


def composed(sheets: Sequence[Sheet], bookmarks: Sequence[Bookmark] = ()) -> Builder:
    """Put a document together; its text is empty where no page has any.

    Args:
        sheets: its pages, whose running headers and footers are left out.
        bookmarks: of its outline.
    """
    letters: Counter[float] = Counter()
    mono = 0
    for sheet in sheets:
        for piece in sheet.pieces:
            letters[round(piece.size * 2) / 2] += len(piece.text)
            mono += len(piece.text) if piece.look.mono else 0
    if not letters:
        return Builder()
    body = letters.most_common(1)[0][0]
    if mono > _MONO * letters.total():
        for sheet in sheets:
            for piece in sheet.pieces:
                piece.look = piece.look._replace(mono=False)
    all_pieces = [sheet.pieces for sheet in sheets]
    without_margins(sheets, body)
    if not any(sheet.pieces for sheet in sheets):  # all of them say the same
        for sheet, pieces in zip(sheets, all_pieces, strict=True):
            sheet.pieces = pieces
    reading = Reading(body)
    for sheet in sheets:
        reading.page(_areas(sheet), sheet.frame.extent[1])
    settle_items(reading.paragraphs)
    words = Words(_lines(reading.paragraphs))
    composer = Composer(sheets, words)
    composer.add(mark_headings(reading.paragraphs, bookmarks, body))
    composer.builder.outline.pages[:] = composer.pages()
    return composer.builder


def _areas(sheet: Sheet) -> Iterator[Area]:
    """The areas of a page: of its upright text, and of what was turned, what there is most of first."""
    turned: dict[int, list[Piece]] = {}
    for piece in sheet.pieces:
        turned.setdefault(piece.quarters, []).append(piece)
    for quarters, own in sorted(turned.items(), key=lambda item: -sum(len(p.text) for p in item[1])):
        pieces = own
        across, upright = sheet.drawings.rules(quarters), sheet.drawings.uprights(quarters)
        if sum(map(_right_to_left, pieces)) * 2 > len(pieces):  # all is read as in a mirror
            pieces = [replace(piece, left=-piece.right, right=-piece.left) for piece in pieces]
            across = [Rule(rule.height, -rule.right, -rule.left) for rule in across]
            upright = [Rule(-rule.height, rule.left, rule.right) for rule in upright]
        placed = glued(place_tables(pieces, across, upright))
        for area in areas_of(placed, across):
            if area.table is not None:
                area.table.page = sheet.number
            for line in area.table.lines() if area.table else area.lines:
                line.page = sheet.number
            yield area


def _right_to_left(piece: Piece) -> bool:
    if max(piece.text, default="") < "\u0590":
        return False
    letters = [character for character in piece.text if character.isalpha()]
    found = sum("\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc" for letter in letters)
    return 2 * found > len(letters)


def _lines(paragraphs: Sequence[Paragraph]) -> Iterator[Line]:
    for paragraph in paragraphs:
        yield from paragraph.lines
        if paragraph.table is not None:
            yield from paragraph.table.lines()
