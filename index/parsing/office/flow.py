"""Paragraphs of an office document in, a text with its blocks out: lists that nest, notes, tables."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

import msgspec

from index.parsing import lines as roles
from index.parsing.base import Parsed, worded
from index.parsing.builder import Builder, Run, Words
from index.parsing.lines import Line
from index.parsing.office.tabular import Table, add_table
from index.parsing.outline import TOP, Outline
from index.parsing.prose import Prose
from index.records import Kind

_DEEPER = re.compile(r"list (?:bullet|number|continue)? ?(?P<level>[2-5])")
EMPHASISED = 7
"""The level of a line all in bold, which stands for a heading."""

_LONGEST_HEADING, _HEADING_WORDS = 100, 8  # of one that is told by its look; the words of a sentence
_SHORT = 80  # characters of a paragraph that may be one of several records
_CODE_WORDS = 8  # of a line that ends as a sentence: more are no code


class _List(NamedTuple):
    depth: int
    key: str
    stack: ExitStack


class Flow:
    """Takes a document's paragraphs in their order."""

    def __init__(self) -> None:
        self.builder = Builder()
        self._lists: list[_List] = []
        self._items: list[ExitStack] = []
        self._notes: list[str] = []
        self._caption: Words = ""
        self._code: list[str] = []
        self._seeming: tuple[Words, int] | None = None

    def heading(self, words: Words, level: int) -> None:
        """Add a heading; line ends in it become spaces."""
        self._close()
        self.builder.heading(words, level)
        self._add_notes()

    def paragraph(self, words: Words, kind: Kind = "paragraph", *, seeming: int = 0) -> None:
        """Add a paragraph, or what else stands by itself; lists end before it.

        Args:
            words: what it says.
            kind: what it is.
            seeming: the level of the heading that it is by its look, if something else follows; or 0.
        """
        if not _said(words):
            return
        if self._seeming and self._seeming[1] == seeming:
            self._settle(heading=False)
        self._close()
        if seeming:
            self._seeming = words, seeming
        else:
            self.builder.add(kind, words)
            self._add_notes()

    def code(self, line: str) -> None:
        """Add a line of code; lines in a row make one block."""
        if not self._code:
            self._close()
        self._code.append(line)

    def caption(self, words: Words) -> None:
        """Add a line that names a table, if one comes next."""
        self._close()
        self._caption = words

    def item(self, words: Words, depth: int, label: str = "", key: str = "") -> None:
        """Add an item of a list.

        Args:
            words: what it says.
            depth: how many lists its list is in; where that jumps, no items are made up.
            label: the number before it, which is in the text but not shown.
            key: what tells its list from another one of the same depth.
        """
        if not _said(words):
            return
        if not self._lists:
            self._close()
        self._end_code()
        while self._lists and (
            self._lists[-1].depth > depth or (self._lists[-1].depth == depth and self._lists[-1].key != key)
        ):
            self._pop()
        if self._lists and self._lists[-1].depth == depth:
            self._items.pop().close()
        else:
            self._lists.append(_List(depth, key, self._enter("list")))
        self._items.append(self._enter("item"))
        start = len(self.builder.outline.blocks)
        self.builder.add("paragraph", [Run(f"{label} "), *_runs(words)] if label else words)
        if label:
            begin = self.builder.outline.blocks[start].start
            self.builder.outline.hide(begin, begin + len(label) + 1)
        self._add_notes()

    @property
    def in_list(self) -> bool:
        """Whether the last paragraph was in a list."""
        return bool(self._lists)

    def go_on(self, words: Words) -> None:
        """Add a paragraph to the item before it."""
        self.builder.add("paragraph", words)
        self._add_notes()

    def note(self, words: str) -> None:
        """Add a footnote, an endnote or what a speaker notes, after the next block."""
        self._notes.append(words)

    def table(self, table: Table, *, likely: bool = False) -> None:
        """Add a table; ``likely`` says whether tables of this kind mostly have a head."""
        caption = "".join(run.text for run in _runs(self._caption))
        self._caption = ""
        self._close()
        add_table(self.builder, table, caption=caption, likely=likely)
        self._add_notes()

    def page(self, label: str) -> None:
        """A page begins here."""
        self._close()
        self.builder.page(label)

    def parsed(self, title: str, properties: dict[str, str]) -> Parsed:
        """What was put together; questions, answers, conversations and lines of records are told apart.

        Raises:
            Unreadable: there are no words in it.
        """
        self.end()
        parsed = worded(self.builder.parsed(title=title, properties=properties), "no text in it")
        return msgspec.structs.replace(parsed, layout=_with_roles(parsed.text, self.builder.outline).layout())

    def end(self) -> None:
        """Lists end here, and what stood last leads nothing in."""
        self._settle(heading=False)
        self._close()
        self._add_notes()

    def _settle(self, *, heading: bool) -> None:
        if self._seeming:
            (words, level), self._seeming = self._seeming, None
            if heading:
                self.builder.heading(words, level)
            else:
                self.builder.add("paragraph", words)
            self._add_notes()

    def _close(self) -> None:
        self._settle(heading=True)
        while self._lists:
            self._pop()
        self._end_code()
        if self._caption:
            caption, self._caption = self._caption, ""
            self.builder.add("paragraph", caption)

    def _end_code(self) -> None:
        if self._code:
            lines, self._code = self._code, []
            said = [line for line in lines if line.strip()]
            if 2 * sum(roles.ends_sentence(line) and len(line.split()) > _CODE_WORDS for line in said) > len(
                said
            ):
                for line in said:  # prose in the letters of a typewriter
                    self.builder.add("paragraph", line)
            else:
                self.builder.add("code", "\n".join(lines), keep=True)

    def _pop(self) -> None:
        self._items.pop().close()
        self._lists.pop().stack.close()

    def _enter(self, kind: Kind) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(self.builder.inside(kind))
        return stack

    def _add_notes(self) -> None:
        notes, self._notes = self._notes, []
        for note in notes:
            self.builder.add("note", " ".join(note.split()))


def _runs(words: Words) -> Sequence[Run]:
    return [Run(words)] if isinstance(words, str) else words


def _said(words: Words) -> bool:
    return any(run.text.strip() for run in _runs(words))


def depth_of_style(name: str) -> int:
    """How deep items of a style stand, as its name tells: to Word, lists in lists are lists of their own."""
    found = _DEEPER.fullmatch(name)
    return int(found["level"]) - 1 if found else 0


def may_head(text: str) -> bool:
    """Whether a paragraph that looks otherwise than its neighbours may be a heading: a short line."""
    if not text or "\n" in text or len(text) > _LONGEST_HEADING or not any(map(str.isalpha, text)):
        return False
    if roles.asks(text) or roles.is_key_value(text):
        return False
    return len(text.split()) <= _HEADING_WORDS or not roles.ends_sentence(text)


def all_bold(runs: Sequence[Run]) -> bool:
    """Whether all words are in bold."""
    shown = [run for run in runs if run.text.strip()]
    return bool(shown) and all(run.look == "bold" for run in shown)


# ------------------------------------------------------------------------------------ roles


def _with_roles(text: str, old: Outline) -> Outline:
    """The same outline, but that paragraphs of a FAQ, a conversation or a price list are told as such."""
    new = Outline(markup=old.markup, styles=old.styles, pages=old.pages, times=old.times)
    plain = [block.kind == "paragraph" and block.parent == TOP for block in old.blocks]
    each = [
        [line for line in roles.lines_of(text, block.start, block.end) if line.text] if plain[number] else []
        for number, block in enumerate(old.blocks)
    ]
    prose = Prose(text, new, roles.speakers([lines[0] for lines in each if lines]))
    numbers = {TOP: TOP}
    run: list[list[Line]] = []
    for number, block in enumerate(old.blocks):
        if plain[number]:
            run.append(each[number])
            continue
        _add_run(prose, run)
        run = []
        if block.kind == "heading":
            prose.heading()
        numbers[number] = new.add(
            block.kind, block.start, block.end, numbers[block.parent], level=block.level, cells=block.cells
        )
    _add_run(prose, run)
    return new


def _add_run(prose: Prose, run: Sequence[list[Line]]) -> None:
    """Note neighbouring paragraphs down; short ones that are no sentences may be lines of one list."""
    short: list[Line] = []
    for lines in run:
        line = lines[0]
        if len(lines) == 1 and len(line.text) <= _SHORT and not roles.ends_sentence(line.text):
            short.append(line)
            continue
        _add_short(prose, short)
        short = []
        prose.add(lines)
    _add_short(prose, short)


def _add_short(prose: Prose, short: Sequence[Line]) -> None:
    together = len(short) > 2 and not prose.is_turn(short[0])
    texts = [line.text for line in short]
    if together and not roles.flows(short) and (roles.is_regular(texts) or roles.is_regular(texts[1:])):
        prose.add(short)
        return
    for line in short:
        prose.add([line])
