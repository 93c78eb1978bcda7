"""What is remembered, and that generations go as soon as nobody needs them."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.engine import Engine
from bot.library import Library
from index.remembering import remembering
from index.scope import Scope


class Squares:
    def __init__(self) -> None:
        self.computed: list[int] = []
        self.square = remembering(self._square, 2)

    def _square(self, number: int) -> int:
        self.computed.append(number)
        return number * number


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing looks for cycles of references."""
    gc.disable()
    yield
    gc.enable()


def test_the_last_results_are_remembered() -> None:
    squares = Squares()
    assert [squares.square(number) for number in (2, 3, 2, 4, 3, 2)] == [4, 9, 4, 16, 9, 4]
    assert squares.computed == [2, 3, 4, 3, 2]


def test_what_remembers_goes_with_its_last_reference(uncollected: None) -> None:
    squares = Squares()
    squares.square(2)
    gone = weakref.ref(squares)
    del squares
    assert gone() is None


def test_a_generation_that_was_replaced_is_closed_at_once(engine: Engine, uncollected: None) -> None:
    def read() -> list[weakref.ref[object]]:
        engine.ask("How long does the crossing take?")
        narrowed = engine.within(Scope(("letters",)))
        assert narrowed.ask("How long does the crossing take?").citations
        engine.outdated("minutes.md")
        generation = engine.generation()
        return [weakref.ref(one) for one in (generation, generation.lexical, narrowed.generation())]

    before = read()
    (engine.settings.documents.folder / "new.txt").write_text("The plum tree bears plums.", encoding="utf-8")
    engine.build()
    now = read()
    assert [one() for one in before] == [None, None, None]
    assert None not in [one() for one in now]


def test_who_is_not_asked_holds_no_generation_that_was_replaced(engine: Engine, uncollected: None) -> None:
    scopes = Scope(("letters",)), Scope(("notes",))
    docs = engine.settings.documents.folder
    (docs / "notes").mkdir()
    (docs / "notes" / "pears.txt").write_text("The pear tree bears pears.", encoding="utf-8")
    engine.build()

    def read() -> list[weakref.ref[object]]:
        every = [engine, *map(engine.within, scopes)]
        for one in every:
            one.ask("How long does the crossing take, and what does the pear tree bear?")
            one.outdated(one.sources()[0].source)
        return [weakref.ref(one.generation()) for one in every]

    before = read()
    (docs / "new.txt").write_text("The plum tree bears plums.", encoding="utf-8")
    engine.build()
    assert engine.within(scopes[0]).ask("How long does the crossing take?").citations
    assert [one() for one in before] == [None, None, None]


def test_a_library_that_only_looks_something_up_goes_too(engine: Engine, uncollected: None) -> None:
    library = Library(engine.settings)
    generation = weakref.ref(library.generation())
    assert next(entry.source for entry in library.sources()) == "letters/ferry.txt"
    del library
    assert generation() is None
