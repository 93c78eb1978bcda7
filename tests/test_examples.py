"""Questions to try are drawn from the documents, and all of them have an answer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import Engine
from bot.examples import examples, questions_of, topics_of
from bot.telegram.showing.screens import MOST_EXAMPLE
from index.records import Document
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


def document(text: str, title: str = "Title") -> Document:
    return Document("a.txt", title, text, "digest")


@pytest.mark.parametrize(
    ("text", "topics"),
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
        ("Paris is beautiful. It rains.", ["Title", "beautiful"]),
        ("a b c", ["Title"]),
        ("we drank coffee with butter and coffee again", ["Title", "coffee", "butter"]),
        ("he told Bob of it", ["Bob"]),
        ("he asked I Anna", ["Anna"]),
        ("", ["Title"]),
    ],
)
def test_topics_are_names_or_else_the_title_and_long_words(text: str, topics: list[str]):
    assert topics_of(document(text))[: len(topics)] == topics


def test_no_topic_lies_within_another():
    topics = topics_of(document("we met Ann Lee and Ann and Lee and Ann Lee Moore and Bob."))
    assert topics == ["Ann Lee", "Bob"]


def test_a_title_that_cannot_be_seen_hides_no_other_topic():
    assert topics_of(document("we drank coffee", title="\u202e")) == ["coffee"]


@given(st.text(), st.text())
def test_any_text_has_topics_of_one_line(text: str, title: str):
    topics = topics_of(document(text, title))
    assert all(topic == " ".join(topic.split()) for topic in topics)
    assert len(set(topics)) == len(topics)


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


def test_the_topics_of_the_shipped_documents():
    assert "Bob Baker" in topics_of(document(MINUTES))
    text = next((ROOT / "seeds").glob("*.txt")).read_text(encoding="utf-8")
    assert len(topics_of(document(text))) > 5


def test_a_heading_that_begins_with_marks_is_no_question(engine: Engine, docs: Path):
    (docs / "plain.txt").write_text(
        "# Red cherries\n\nThey are nine grams heavy.\n\nRed cherries\n\nRipe in June.\n"
    )
    engine.build()
    asked = [*questions_of(engine.document("plain.txt"))]
    assert asked
    assert not [question for question in asked if not question[0].isalnum()]


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
