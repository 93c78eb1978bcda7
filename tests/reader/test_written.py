"""Examples of written documents: answers stand where they are said to, beside what does not answer."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.reader import written
from bot.reader.examples import Example
from bot.reader.written import Ask, Written
from index.documents import load
from tests.conftest import ROOT, WordsEncoder

CLUB = """\
# Heron Rowing Club

## Guests

- Members bring up to two guests.
- Guests sign the book at the desk, and leave before the bar closes.

## Boats

Only coxes steer the barge. It may be taken out until dusk, and nobody rows it alone when the river is high.
"""
LETTER = "The mill on the hill is closed until the new wheel is there.\n"


def made(*asks: Ask, share: float = 0.0) -> list[Example]:
    documents = [Written("club.md", "en", CLUB, asks), Written("mill.txt", "en", LETTER, ())]
    return written.examples(documents, share=share, seed=1)


def test_answers_stand_where_they_are_said_to():
    answer = "Members bring up to two guests."
    examples = made(*(Ask(f"how many friends can I bring? {number}", (answer,)) for number in range(20)))
    assert len(examples) > 20  # some are asked of single units too
    for example in examples:
        right, *wrong = example.reads
        assert [right.text[start:end] for start, end in right.spans] == [answer]
        assert right.text.startswith("Heron Rowing Club › Guests\n")
        assert wrong
        assert not any(answer in read.text for read in wrong)
        assert not example.held_out


def test_a_question_that_nothing_answers_is_beside_what_is_most_like_it():
    [example] = made(Ask("who steers the barge in spring, up the river?", ()))
    assert not any(read.right or read.spans for read in example.reads)
    assert "Only coxes steer the barge." in example.reads[0].text


def test_all_members_of_a_list_answer():
    answers = ("Members bring up to two guests.", "Guests sign the book at the desk")
    whole = [
        example for example in made(Ask("rules for guests", answers)) if len(example.reads[0].spans) == 2
    ]
    assert [[read.text[start:end] for start, end in read.spans] for read in whole[0].reads if read.right] == [
        list(answers)
    ]


def test_an_answer_that_the_document_does_not_have_makes_no_example():
    assert made(Ask("what do lessons cost?", ("nine euros",))) == []


def test_wrong_passages_are_of_the_whole_collection_which_is_held_out_as_one():
    club = Written("heron/club.md", "en", CLUB, (Ask("what grinds on the hill?", ()),), "heron")
    mill = Written("heron/mill.txt", "en", LETTER, (Ask("how many guests?", ()),), "heron")
    first, second = written.examples([club, mill], share=0.0, seed=1)
    about = {example.question: example.reads[0].text for example in (first, second)}
    assert "The mill on the hill" in about["what grinds on the hill?"]
    assert "Members bring up to two guests." in about["how many guests?"]
    assert {first.title, second.title} == {"heron"}


def test_documents_are_held_out_whole():
    assert {example.held_out for example in made(Ask("rules?", ()), Ask("boats?", ()), share=1.0)} == {True}


def test_files_are_read_line_by_line(tmp_path: Path):
    file = tmp_path / "a.jsonl"
    line = {"file": "a.md", "language": "en", "text": LETTER, "asks": [{"question": "why?", "answers": []}]}
    file.write_text(json.dumps(line) + "\n\n" + json.dumps(line) + "\n", encoding="utf-8")
    assert written.read([file]) == [Written("a.md", "en", LETTER, (Ask("why?", ()),))] * 2
    file.write_text('{"file": 3}\n', encoding="utf-8")
    with pytest.raises(msgspec.ValidationError):
        written.read([file])


def test_what_was_written_has_each_answer_once_in_what_is_read_of_its_document():
    documents = written.read(sorted((ROOT / "benchmarks/data/written").glob("*.jsonl")))
    assert len({document.file for document in documents}) == len(documents) > 500
    read = {document.file: load(document.file, document.text.encode())[0].text for document in documents}
    twice = [
        (document.file, answer)
        for document in documents
        for ask in document.asks
        for answer in ask.answers
        if read[document.file].count(answer) != 1
    ]
    assert twice == []


def test_wrong_passages_of_a_collection_are_found_by_letters_and_by_vectors():
    documents = [
        Written(
            f"{number}.md", "en", f"The {word} is kept in room {number}, and nobody {deed} it.\n", (), "house"
        )
        for number, (word, deed) in enumerate([("boat", "steers")] * 9 + [("automobile", "drives")] * 9)
    ]
    where = Ask("where is the boat?", ("The boat is kept in room 0",))
    documents[0] = msgspec.structs.replace(documents[0], asks=(where,))

    class Vehicles(WordsEncoder):
        """Knows only whether something drives."""

        def encode(self, texts, advance=lambda _: None):
            return np.array(
                [[float("automobile" in text), float("automobile" not in text)] for text in texts]
            )

        def encode_questions(self, questions):
            return np.array([[1.0, 0.0]] * len(questions))

    by_letters, by_both = (
        [read.text for read in written.examples(documents, share=0, seed=1, encoder=encoder)[0].reads[1:]]
        for encoder in (None, Vehicles())
    )
    assert [("boat" in text) for text in by_letters] == [True] * 4
    assert sum("automobile" in text for text in by_both) == 4
    assert len(set(by_both)) == 8
