"""The lines of a paragraph in, blocks out: prose, records, questions and answers, conversations, columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.parsing import lines as roles
from index.parsing.aligned import has_columns, table_of
from index.parsing.lines import Line
from index.parsing.outline import TOP, Outline
from index.records import Kind, Span

_FEWEST_OF_ENTRIES = 3  # lines: two entries, and one that goes on
_QUOTING = "\"'“„«‘‚»”’—–"  # begins what somebody says in a story


@dataclass(slots=True)
class Prose:
    """Notes down what the paragraphs of a text are, one after the other.

    Args:
        text: whose offsets lines have.
        outline: what is noted down.
        speakers: who talks, where it is a conversation.
        keys: those whose values name what the lines below them are about.
        wrapped: whether the format itself says that lines flow on, unless they are built alike.
        place: what the next paragraph stands in, where blocks of another outline hold it.
    """

    text: str
    outline: Outline
    speakers: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    wrapped: bool = False
    place: int = TOP
    _asked: Span | None = None  # what the last question stands in, by number of block and place

    def heading(self) -> None:
        """A heading stands before the next paragraph: what was asked above it is answered."""
        self._asked = None

    def add(self, lines: Sequence[Line], parent: int = TOP, *, before_list: bool = False) -> None:
        """Note a paragraph down.

        Args:
            lines: its lines, none of them empty.
            parent: the block that it stands in.
            before_list: whether items follow.
        """
        lines = [line for line in lines if not roles.is_rule(line.text)]
        if not lines:
            return
        if self._turns(lines, parent) or self._questions(lines, parent):
            return
        if len(entries := self._entries(lines)) > 1:
            self.records(entries, parent)
            return
        if self._table(lines, parent):
            return
        first, rest = lines[0], lines[1:]
        if not before_list and rest and self._is_caption(first, rest):
            self.records(rest, parent, caption=first)
        elif self._flows(lines):
            self._leaf("paragraph", lines, parent)
        elif before_list and roles.leads_in(lines[-1].text) and len(lines) > 1:
            self.add(lines[:-1], parent)
            self._leaf("paragraph", lines[-1:], parent)
        else:
            self.records(lines, parent)

    def _entries(self, lines: Sequence[Line]) -> list[Line]:
        """Entries whose further lines are indented, each as one line; nothing where there are none."""
        if self.wrapped or len(lines) < _FEWEST_OF_ENTRIES:
            return []
        indents = [line.start - roles.line_start(self.text, line.start) for line in lines]
        deeper = [
            number
            for number, (indent, line) in enumerate(zip(indents, lines, strict=True))
            if indent > indents[0] + 1 and not line.text[:1].isdigit()  # else it is aligned at its right
        ]
        going_on = sum(_goes_on(lines[number - 1], lines[number]) for number in deeper)
        if not deeper or min(indents) < indents[0] or 2 * going_on < len(deeper):
            return []
        starts = [number for number in range(len(lines)) if number not in deeper]
        return [
            Line(lines[begin].start, lines[end - 1].end, " ".join(line.text for line in lines[begin:end]))
            for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True)
        ]

    def records(self, lines: Sequence[Line], parent: int = TOP, caption: Line | None = None) -> None:
        """Note down lines that each say something by themselves, and what names them."""
        start = (caption or lines[0]).start
        number = self.outline.add("list", start, start, parent)
        if caption:
            self._leaf("caption", [caption], number)
        for line in lines:
            self._leaf("record", [line], number)

    def _flows(self, lines: Sequence[Line]) -> bool:
        return roles.flows(lines, wrapped=self.wrapped)

    def _is_caption(self, first: Line, rest: Sequence[Line]) -> bool:
        """Whether a first line names what the lines below it are about."""
        texts = [line.text for line in rest]
        if roles.key_of(first.text) in self.keys and roles.is_key_value(texts[0]):
            return True
        named = len(rest) > 1 and roles.is_heading(first.text) and not any(map(str.isdigit, first.text))
        lower = all(text[:1].islower() for text in texts)
        notes = roles.is_shouted(first.text) or not (self._flows([first, *rest]) and self._flows(rest))
        if named and lower and notes:
            return True
        if roles.is_key_value(first.text) or (len(rest) > 1 and self._flows(rest)):
            return False
        if roles.leads_in(first.text):
            return len(rest) > 1 or len(first.text.split()) <= 4
        return (
            named
            and not roles.is_regular([first.text, texts[0]])
            and (roles.is_regular(texts) or roles.is_shouted(first.text))
        )

    def _leaf(self, kind: Kind, lines: Sequence[Line], parent: int) -> int:
        if kind == "paragraph" and self._asked == (parent, self.place):
            kind = "answer"
        return self.outline.add(kind, lines[0].start, lines[-1].end, parent)

    def _turns(self, lines: Sequence[Line], parent: int) -> bool:
        """Note down who says what, where the lines are of a conversation."""
        starts = [number for number, line in enumerate(lines) if self.is_turn(line)]
        if not starts or (starts[0] > 0 and len(starts) == 1):
            return False
        self.add(lines[: starts[0]], parent)
        for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            self._leaf("turn", lines[begin:end], parent)
        return True

    def is_turn(self, line: Line) -> bool:
        """Whether somebody begins to talk in this line."""
        return bool(self.speakers) and roles.turn_of(line, self.speakers) > 0

    def _questions(self, lines: Sequence[Line], parent: int) -> bool:
        """Note questions and answers down, where a paragraph begins with one on its own line."""
        at = 0
        while at < len(lines):
            line, start = lines[at], lines[at].start
            if self._asked is not None and 0 < (cut := self._label(line, roles.answer_label)) < len(
                line.text
            ):
                start = line.offset(cut)
                self.outline.hide(line.start, start)
            elif self._is_question(lines[at : at + 2]):
                dotted, answered = roles.dotted_labels(
                    line.text, lines[at + 1].text if at + 1 < len(lines) else ""
                )
                label = dotted or self._label(line, roles.question_label)
                self.outline.hide(line.start, line.offset(label))
                self.outline.add("question", line.offset(label), line.end, parent)
                self._asked = parent, self.place
                at += 1
                if not answered:
                    continue
                start = lines[at].offset(answered)
                self.outline.hide(lines[at].start, start)
            elif not at:
                return False
            end = at + 1
            while end < len(lines) and not (
                roles.asks(lines[end].text) and self._label(lines[end], roles.question_label)
            ):
                end += 1
            self._answer(lines[at:end], parent, start)
            at = end
        return True

    def _label(self, line: Line, label: Callable[[str], int]) -> int:
        """How many characters before a question or answer only say that it is one; no link says so."""
        cut = label(line.text)
        return 0 if "]" in self.text[line.start : line.offset(cut)] else cut

    def _is_question(self, lines: Sequence[Line]) -> bool:
        """Whether the first line asks, or is labelled as a question that the second one answers."""
        text = lines[0].text
        if roles.asks(text) and len(text.split()) > 1 and text[0] not in _QUOTING:
            return True
        return (
            len(lines) > 1
            and self._label(lines[0], roles.question_label) > 0
            and self._label(lines[1], roles.answer_label) > 0
        )

    def _answer(self, lines: Sequence[Line], parent: int, start: int) -> None:
        """Note down what answers."""
        if self._flows(lines):
            self.outline.add("answer", start, lines[-1].end, parent)
        else:
            self.records([lines[0]._replace(start=start), *lines[1:]], parent)

    def _table(self, lines: Sequence[Line], parent: int) -> bool:
        """Note a table down, where the lines have columns that tabulators or wide gaps keep apart."""
        titles = 0
        while len(lines) > titles + 2 and self._is_title(lines[titles]):
            titles += 1
        table = table_of(self.text, lines[titles:])
        if table is None:
            return False
        start = lines[0].start
        number = self.outline.add("table", start, start, parent)
        for line in lines[:titles]:
            self._leaf("caption", [line], number)
        for place, cells in enumerate(table.rows):
            kind: Kind = "head" if table.named and place == 0 else "row"
            self.outline.add(kind, cells[0][0], cells[-1][1], number, cells=cells)
        return True

    def _is_title(self, line: Line) -> bool:
        """Whether a line above columns names them."""
        return not has_columns(line.text) and roles.is_name(line.text) and not line.text.startswith("|")


def _goes_on(before: Line, line: Line) -> bool:
    """Whether a line goes on what the one before it says, rather than beginning anew or having columns."""
    begins = roles.ends_sentence(before.text) and line.text[:1].isupper()
    return not begins and not has_columns(line.text)
