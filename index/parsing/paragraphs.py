"""Paragraphs in runs in, blocks out: what their lines are, as those of plain text."""

import re
from collections.abc import Sequence

from index.parsing import lines as roles
from index.parsing import plain
from index.parsing.builder import Builder, Run
from index.parsing.joined import copy
from index.parsing.outline import Outline
from index.parsing.prose import Prose
from index.records import Layout

_SENTENCE_ENDS = re.compile(r"[.!?…。！？]\S?\s")
_LONGEST_QUESTION = 200  # characters


class Paragraphs:
    """Adds paragraphs to a text that is put together, each as prose, records, a question or an answer.

    Args:
        builder: what they are added to.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._prose = Prose("", Outline())

    def heading(self) -> None:
        """A heading stands before the next paragraph."""
        self._prose.heading()

    def question(self, runs: Sequence[Run]) -> bool:
        """Add a line if it asks; tells whether it did."""
        text = "".join(run.text for run in runs)
        if not roles.asks(text) or len(text.split()) < 2:
            return False
        self.add(runs)
        return True

    def add(self, runs: Sequence[Run], *, before_list: bool = False) -> None:
        """Add a paragraph.

        Args:
            runs: its words, with single blanks between words and single line ends between lines.
            before_list: whether items follow.
        """
        text = "".join(run.text for run in runs)
        if _only_ends_with_question(text):
            self._builder.add("paragraph", runs)
            return
        self._prose.text, self._prose.outline = text, Outline()
        self._prose.place = self._builder.place
        self._prose.add([line for line in roles.lines_of(text) if line.text], before_list=before_list)
        self._add(runs, self._prose.outline.layout(), keep=False)

    def plain(self, text: str) -> None:
        """Add a text that is laid out by white space and line ends alone."""
        text = text.strip("\n")
        self._add([Run(text)], plain.parse(text.encode("utf-8", "replace"), "").layout, keep=True)

    def _add(self, runs: Sequence[Run], layout: Layout, *, keep: bool) -> None:
        """Add words, built out as a layout of theirs says."""
        outline = self._builder.outline
        count = len(outline.blocks)
        self._builder.add("code" if keep else "paragraph", runs, keep=keep)
        if len(outline.blocks) > count:
            whole = outline.blocks.pop()
            copy(layout, outline, whole.start, whole.parent)


def _only_ends_with_question(text: str) -> bool:
    """Whether it is a longer text that ends with a question, rather than one itself."""
    if not roles.asks(text) or "\n" in text:
        return False
    return len(text) > _LONGEST_QUESTION or _SENTENCE_ENDS.search(text) is not None
