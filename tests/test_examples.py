"""Questions to try are drawn from the documents, and all of them have an answer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.askable import askable, names_in
from bot.engine import Engine
from bot.examples import examples
from bot.telegram.showing.screens import MOST_EXAMPLE
from index.records import Context, Document, Part, Passage, Unit
from tests.answering import profiles
from tests.conftest import MINUTES, ROOT

CHERRIES = """\
# Cherries

## How heavy are the red cherries?

The red cherries are nine grams heavy.

## Ripe cherries

Cherries are ripe in the third week of June.
"""


@pytest.fixture(autouse=True)
def fixed_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Confidence is what it is whatever is fitted anew."""
    profiles.use(monkeypatch)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Yesterday Bob Baker met Carol Cook in Paris. Later Bob Baker left.",
            ["Bob Baker", "Carol Cook", "Paris"],
        ),
        (
            "We saw the Bank of England and the Tower of London.",
            ["the Bank of England", "the Tower of London"],
        ),
        ("In May, the Queen of the Netherlands came.", ["the Queen of the Netherlands", "May"]),
        ("They like Miriam's soup.", ["Miriam"]),
        ("Paris is beautiful. It rains.", []),
        ("he told Bob of it", ["Bob"]),
        ("he asked I Anna", ["Anna"]),
        ("we met Ann Lee and Ann and Lee and Ann Lee Moore and Bob.", ["Ann Lee", "Bob"]),
        ("", []),
    ],
)
def test_names_in_a_text(text: str, names: list[str]):
    assert names_in(text) == names


@given(st.text())
def test_names_in_any_text_are_of_one_line(text: str):
    names = names_in(text)
    assert all(name == " ".join(name.split()) for name in names)
    assert len(set(names)) == len(names)


def asked(engine: Engine, source: str) -> list[str]:
    """All that may be asked of a document."""
    entry = engine.generation().entry(source)
    units = [unit for group in engine.generation().units(range(entry.first, entry.last)) for unit in group]
    return [one.question for one in askable(engine.document(source), units, units[0].passage.language)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "questions"),
    [
        (
            "prices.csv",
            "Product,Unit,Price,In stock\nOat milk,1 l,2.40 €,yes\nRye bread,750 g,3.10 €,yes\n"
            "Lentils,500 g,1.95 €,no\n",
            ["Oat milk: Price?", "Rye bread: Unit?", "Lentils: In stock?"],
        ),
        (
            "räume.md",
            "# Räume\n\n| Nr | Raum | Plätze |\n|---|---|---|\n| 1 | Saal | 80 |\n| 2 | Küche | 6 |\n",
            ["Saal: Plätze?", "Küche: Nr?"],
        ),
        (
            "contacts.txt",
            "Name: caretaker\nPhone: 555 0142\nHours: weekdays from 7 to 15\n\n"
            "Name: reception\nPhone: 555 0100\nHours: daily from 8 to 20\n",
            ["caretaker: Phone?", "reception: Hours?"],
        ),
        (
            "chat.txt",
            "Tom: are you there\nAda: yes\nTom: where is the key\nAda: behind the door\n",
            [],  # who speaks is no key
        ),
        (
            "faq.md",
            "# Preguntas\n\n## ¿Puedo llevar a mi perro?\n\nSí, si va atado.\n\n## Desayuno\n\nDe siete a "
            "diez en el patio.\n",
            ["¿Puedo llevar a mi perro?", "Desayuno?", "De siete a diez en el patio?"],
        ),
        (
            "printer.md",
            "# Printer\n\n## Replacing the toner\n\n1. Open the flap.\n2. Push the cartridge in.\n\n"
            "To print on both sides:\n\n- tick the box,\n- choose the long edge.\n",
            ["Replacing the toner?", "To print on both sides?"],
        ),
        (
            "brief.txt",
            "Die Miete für den Saal beträgt 120 Euro am Tag. Mitglieder zahlen die Hälfte. Er liegt "
            "zwischen 3 und 4, siehe B12.",
            ["Die Miete für den Saal beträgt?", "Mitglieder zahlen die Hälfte?"],
        ),
        (
            "水.txt",
            "游泳池的水温保持在二十七度。儿童须由成人陪同。很好。",
            ["游泳池的水温保持在？", "儿童须由成人陪同？"],
        ),
        (
            "names.txt",
            "Yesterday Bob Baker came.",
            ["Who or what is Bob Baker?", "Yesterday Bob Baker came?"],
        ),
        ("noms.txt", "Hier Jean Petit est venu avec sa fille et son fils.", ["Jean Petit?"]),
        ("numbers.txt", "1 2 3.\n\n4 5 6.", []),
    ],
)
def test_what_is_asked_is_of_the_kind_of_the_text(
    engine: Engine, docs: Path, name: str, text: str, questions: list[str]
):
    (docs / name).write_text(text, encoding="utf-8")
    engine.build()
    assert asked(engine, name)[: len(questions) or None] == questions


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8))
def test_any_units_can_be_asked_about(texts: list[str]):
    document = Document("a.txt", "Title", "\n".join(texts), "digest")
    passage, units, start = Passage(document, 0, len(document.text)), [], 0
    kinds = ("paragraph", "record", "turn", "item", "heading", "row", "question", "property")
    for text, kind in zip(texts, kinds, strict=False):
        end = start + len(text)
        context = Context(headings=(text,), leads=(text,) if kind == "item" else ())
        units.append(Unit(passage, start, end, kind, context, (Part(start, end, f" · {text}: "),) * 2))
        start = end + 1
    for one in askable(document, units, "en"):
        assert one.question == " ".join(one.question.split())
        assert one.question.endswith(("?", "？", "؟", ";"))


def test_examples_of_the_small_documents(engine: Engine):
    found = examples(engine, 3, MOST_EXAMPLE)
    assert 1 <= len(found) <= 3
    assert found == examples(engine, 3, MOST_EXAMPLE)
    replies = [engine.ask(question) for question in found]
    for question, reply in zip(found, replies, strict=True):
        assert reply.found
        assert reply.confidence >= 0.6
        assert len(question) <= MOST_EXAMPLE
    assert len({(reply.citations[0].source, reply.citations[0].start) for reply in replies}) == len(found)


def test_examples_are_about_different_documents(engine: Engine):
    quoted = [engine.ask(question).citations[0].source for question in examples(engine, 3, 60)]
    assert len(set(quoted)) > 1


@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_more_than_are_wanted(engine: Engine, count: int):
    assert len(examples(engine, max(count, 1), 60)) <= max(count, 1)


def test_long_names_make_no_example(engine: Engine, docs: Path):
    for file in docs.rglob("*.*"):
        file.unlink()
    (docs / "a.txt").write_text(f"We met Ann{'na' * 40} here and saw the {'Ä' * 40}.", encoding="utf-8")
    engine.build()
    assert all(len(question) <= 60 for question in examples(engine, 3, 60))


def test_of_many_documents_only_some_are_looked_at(
    engine: Engine, docs: Path, monkeypatch: pytest.MonkeyPatch
):
    for number in range(100):
        (docs / f"{number:03}.txt").write_text(f"We met Person{number} here.", encoding="utf-8")
    engine.build()
    read: list[str] = []
    document = Engine.document
    monkeypatch.setattr(
        Engine, "document", lambda self, source: read.append(source) or document(self, source)
    )
    examples(engine, 3, 60)
    assert 0 < len(read) <= 12
    assert len(set(read)) == len(read)


def test_documents_without_a_word_have_no_examples(engine: Engine, docs: Path):
    for file in docs.rglob("*.*"):
        file.unlink()
    (docs / "a.txt").write_text("1 2 3.\n\n4 5 6.", encoding="utf-8")
    engine.build()
    assert all(engine.ask(question).found for question in examples(engine, 3, 60))


def test_the_names_in_the_shipped_documents():
    assert "Bob Baker" in names_in(MINUTES)
    text = next((ROOT / "seeds").glob("*.txt")).read_text(encoding="utf-8")
    assert len(names_in(text)) > 5


def test_a_heading_that_begins_with_marks_is_no_question(engine: Engine, docs: Path):
    (docs / "plain.txt").write_text(
        "# Red cherries\n\nThey are nine grams heavy.\n\nRed cherries\n\nRipe in June.\n"
    )
    engine.build()
    found = asked(engine, "plain.txt")
    assert found
    assert not [question for question in found if not question[0].isalnum()]


def test_a_question_that_gives_its_answer_away_comes_last(engine: Engine, docs: Path):
    for file in docs.rglob("*.*"):
        file.unlink()
    (docs / "a.txt").write_text("Sieve the compost before spreading it.", encoding="utf-8")
    (docs / "cherries.md").write_text(CHERRIES, encoding="utf-8")
    engine.build()
    heavy = "How heavy are the red cherries?"
    assert examples(engine, 1, 60) == [heavy]
    assert examples(engine, 2, 60) == [heavy, "Sieve the compost before spreading it?"]


def test_questions_of_some_documents_are_answered_from_these(engine: Engine, docs: Path):
    (docs / "cherries.md").write_text(CHERRIES, encoding="utf-8")
    engine.build()
    found = examples(engine, 3, MOST_EXAMPLE, ["cherries.md"])
    assert found == ["How heavy are the red cherries?", "Ripe cherries?"]
    for question in found:
        reply = engine.ask(question)
        assert (reply.found, reply.citations[0].source) == (True, "cherries.md")
    assert examples(engine, 1, MOST_EXAMPLE, ["cherries.md"]) == found[:1]
    assert examples(engine, 3, MOST_EXAMPLE, []) == []
