"""Whatever somebody asks, it is answered soon, by quotes of the documents, or not at all."""

import time

import pytest

from bot.engine import Engine
from bot.settings import load
from index.catalogue import MINILM
from tests.conftest import MINUTES, RECIPE
from tests.words_encoder import WordsEncoder

SECONDS = 5  # of the processor, for one question; none takes more than one on a quiet machine

QUESTIONS = {
    "blanks": " " * 100_000 + "who?",
    "marks": "?" * 100_000,
    "one word again": "meeting " * 20_000,
    "one long word": "a" * 200_000,
    "many words": " ".join(f"w{number}" for number in range(30_000)),
    "misspelt words": " ".join(f"atendd{number}" for number in range(3_000)),
    "beginnings": "what about " * 10_000,
    "owners": "who's the one's of’s " * 5_000,
    "names": "New York " * 10_000,
    "line ends": "\n" * 50_000 + "who attended" + "\n" * 50_000,
    "accents": "o" + "\u0301" * 50_000,
    "joiners": "\U0001f468\u200d" * 20_000,
    "half a pair": "who \ud800 attended the meeting?",
    "controls": "who\0 attended\x1b[2J the\x9b meeting?",
    "turned around": "\u202ewho\u202c attended" * 500,
    "a query": '+text:"(a OR b) AND -x~2^9 [a TO z] /(a+)+$/ NOT *' * 200,
    "unclosed quotes": '"' * 20_001,
    "SQL": "'; DROP TABLE documents; --",
    "a path": "../../../../etc/passwd",
    "a template": "{0.__class__} %s %(x)s ${HOME} {{7*7}} {source}",
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """An engine for all questions, which change nothing in it."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "docs").mkdir()
    (folder / "docs" / "minutes.md").write_text(MINUTES, encoding="utf-8")
    (folder / "docs" / "soup.txt").write_text(RECIPE, encoding="utf-8")
    flags = {
        "documents.folder": folder / "docs",
        "state.folder": str(folder / "state"),
        "encoder.model": MINILM.name,
        "reader.model": "none",
    }
    engine = Engine(load(flags=flags), WordsEncoder())
    engine.build()
    return engine, MINUTES + RECIPE


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_it_is_answered_soon_and_by_the_documents(asked, question):
    engine, texts = asked
    begun = time.process_time()
    answer = engine.ask(question)
    assert time.process_time() - begun < SECONDS
    assert all(citation.quote in texts for citation in answer.citations)
    answer.question.encode()  # it can be written wherever it goes


def test_what_is_between_the_words_does_not_keep_the_answer_back(asked):
    engine, _ = asked
    for question in ("who \ud800 attended the meeting?", "\u202ewho\u202c attended the meeting?"):
        assert "Alice Archer" in engine.ask(question).text
