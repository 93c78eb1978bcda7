"""Small documents of our own in many languages, all in one index: words alone find the line that answers."""

import pytest

from index.engines.local.lexical import Lexical, build
from index.languages import detect
from index.records import Document
from index.units.divide import divide
from index.words import Asked
from tests.many_languages import DOCUMENTS, LINES, QUESTIONS


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> Lexical:
    """All lines of all documents, each in the language that its document is taken for."""
    folder = tmp_path_factory.mktemp("words") / "lexical"
    build(folder, ((line, detect(DOCUMENTS[code])) for code, lines in LINES.items() for line in lines))
    return Lexical(folder, Asked(list(LINES)))


@pytest.mark.parametrize("code", LINES)
def test_each_document_is_in_its_language(code):
    document = Document("a.txt", "a", "\n\n".join(LINES[code]), "")
    divided = divide(document, len, max_tokens=300, min_tokens=0)
    assert {passage.language for passage, _ in divided} == {code}


@pytest.mark.parametrize(
    ("code", "number"), [(code, number) for code, asked in QUESTIONS.items() for number in range(len(asked))]
)
def test_words_find_the_line_that_answers(lexical, code, number):
    every = [line for lines in LINES.values() for line in lines]
    best = next(iter(lexical.search(QUESTIONS[code][number], 9)))
    assert every[best] == LINES[code][number]
