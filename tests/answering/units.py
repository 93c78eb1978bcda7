"""Units of small documents, as an index holds them."""

import re
from collections.abc import Sequence
from functools import partial

from bot.answering.whole import Section
from index import documents
from index.records import Layout, Unit
from index.units.divide import divide


def units_of(text: str, source: str = "a.md") -> list[Unit]:
    """All units of a document, in reading order."""
    [document] = documents.load(source, text.encode())
    divided = divide(
        document, lambda words: len(re.findall(r"\w+|[^\w\s]", words)), max_tokens=64, min_tokens=24
    )
    return [unit for _, units in divided for unit in units]


def layout_of(units: Sequence[Unit]) -> Layout:
    """How the document of some units is built."""
    return units[0].passage.document.layout


def section(units: Sequence[Unit], shown: str) -> Section:
    """The unit that is shown like that, among the others."""
    [number] = [number for number, unit in enumerate(units) if unit.shown == shown]
    return Section(units, number, partial(layout_of, units))
