"""Answers are kept as long as their buttons work, and no longer."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.answering.answers import Answer, Outdated
from bot.conversation.turns import TURNS
from bot.telegram.persistence import state
from bot.telegram.persistence.answers import REMEMBERED, Answers, Kept
from index.records import Locator, Part, Style
from tests.examples import examples
from tests.found import CITED, FOUND, LED, LOST, SECOND, THIRD, quoting
from tests.telegram.inside import kept


@pytest.fixture
def answers(database: sqlite3.Connection) -> Answers:
    return Answers(database, days=30)


def test_an_answer_comes_back_as_it_was(answers: Answers):
    more = {
        "citations": (*LED.citations, SECOND),
        "outdated": (Outdated("a.txt", gone=True),),
        "near": (THIRD,),
    }
    reply = replace(LED, **more, swept=3, looked_at=(("a.txt", 0), ("b.txt", 7)))
    one = kept(answers, answer=reply)
    assert answers.find(one.number, 5) == one
    assert answers.to_question(5, 70) == one


@examples(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text(), st.lists(st.integers(1, 2**52)))
def test_any_text_comes_back_as_it_was(answers: Answers, question: str, quote: str, messages: list[int]):
    reply = replace(FOUND, question=question, citations=(quoting(quote),))
    one = replace(kept(answers, answer=reply), messages=tuple(messages))
    answers.keep(one)
    assert answers.find(one.number, 5) == one


def test_a_citation_comes_back_with_all_that_is_shown_of_it(answers: Answers):
    cited = replace(
        CITED,
        kind="row",
        place=Locator(page="iv", headings=("Ferries", "Iceland"), first=2, last=3, time=61.5),
        context=("letters", "Ferries"),
        parts=(Part(14, 17), Part(18, 42, " · ferry: ")),
        styles=(Style(18, 23, "link", "https://a.example"),),
        also=(("old/ferry.txt", 3, 31),),
    )
    one = kept(answers, answer=replace(FOUND, citations=(cited,)))
    found = answers.find(one.number, 5)
    assert found == one
    assert found.citations[0].shown == cited.shown == "The · ferry: ferry leaves on Tuesday."


def test_an_answer_that_an_earlier_version_kept_still_opens(answers: Answers, database: sqlite3.Connection):
    one = kept(answers)
    old = msgspec.to_builtins(FOUND)
    for name in ("kind", "place", "also", "context", "parts", "styles"):
        del old["citations"][0][name]
    old["citations"][0]["locator"] = "paragraph 2"
    database.execute("UPDATE answers SET answer = ?", [msgspec.json.encode(old).decode()])
    found = answers.find(one.number, 5)
    assert found is not None
    assert found.citations == (replace(CITED, place=Locator()),)


def test_numbers_are_never_given_twice(answers: Answers):
    first = kept(answers)
    assert answers.forget(5) == 1
    assert answers.reserve() > first.number


def test_a_number_that_is_only_reserved_is_no_answer(answers: Answers):
    number = answers.reserve()
    assert answers.find(number, 5) is None


def test_the_messages_that_show_it_are_noted_when_they_were_sent(answers: Answers):
    one = kept(answers)
    answers.sent(one.number, (73, 74))
    assert answers.find(one.number, 5) == replace(one, messages=(73, 74))


def test_an_answer_is_found_in_its_own_chat_only(answers: Answers):
    one = kept(answers)
    assert answers.find(one.number, 6) is None
    assert answers.to_question(6, 70) is None
    assert answers.find(one.number + 1, 5) is None
    assert answers.to_question(5, 71) is None


def test_of_several_answers_to_a_message_the_last_counts(answers: Answers):
    kept(answers)
    last = kept(answers, answer=LOST)
    kept(answers, question=None)
    assert answers.to_question(5, 70) == last


def test_citations_that_can_be_opened_are_the_near_ones_where_nothing_was_found(answers: Answers):
    found, lost = kept(answers), kept(answers, answer=LOST)
    assert found.citations == lost.citations == (CITED,)
    assert found.citation(1) == CITED
    assert found.citation(2) is None


@pytest.mark.parametrize("answer", [FOUND, LOST])
def test_other_passages_are_added_after_the_quotes(answers: Answers, answer: Answer):
    one = answers.extend(kept(answers, answer=answer), (SECOND, THIRD), shown=3)
    assert answers.find(one.number, 5) == one
    assert (one.citations, one.shown) == ((CITED, SECOND, THIRD), 3)
    assert one.answer.citations == (answer.citations if answer.found else ())


def test_forgetting_a_chat_leaves_the_others(answers: Answers):
    mine, other = kept(answers), kept(answers, chat=6)
    kept(answers)
    assert answers.forget(5) == 2
    assert answers.find(mine.number, 5) is None
    assert answers.find(other.number, 6) == other
    assert answers.forget(5) == 0


def test_somebodys_last_answer_is_found_in_its_place(answers: Answers, monkeypatch: pytest.MonkeyPatch):
    first = answered(answers, 10)
    second = answered(answers, 20)
    topic, other = answered(answers, 30, thread=4), answered(answers, 40, asker=8)
    assert answers.latest(5, None, 7, before=50) == second
    assert answers.latest(5, None, 7, before=20) == first
    assert answers.latest(5, None, 7, before=10) is None
    assert (answers.latest(5, 4, 7, before=50), answers.latest(5, None, 8, before=50)) == (topic, other)
    assert answers.latest(6, None, 7, before=50) is None

    edited = replace(first, number=answers.reserve())  # an answer to an earlier question stays where it is
    answers.keep(edited)
    assert answers.latest(5, None, 7, before=50) == second
    assert answers.latest(5, None, 7, before=20) == edited

    example = answered(answers, None, messages=(60,))
    assert answers.latest(5, None, 7, before=70) == example
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + REMEMBERED - 60)
    assert answers.latest(5, None, 7, before=70) == example
    monkeypatch.setattr(time, "time", lambda: now + REMEMBERED + 60)
    assert answers.latest(5, None, 7, before=70) is None


def test_the_answer_that_a_message_shows_is_found(answers: Answers):
    one = answered(answers, 10, messages=(11, 12))
    answers.reserve()
    assert answers.shown_in(5, 12) == one
    assert (answers.shown_in(5, 10), answers.shown_in(5, 1), answers.shown_in(6, 12)) == (None, None, None)


def test_a_conversation_is_told_oldest_first_and_only_so_far_back(answers: Answers):
    number = None
    for i in range(TURNS + 2):
        one = answered(answers, i, follows=number, answer=replace(FOUND, question=f"{i}?"))
        number = one.number
    assert [turn.question for turn in answers.turns(5, number)] == [f"{i}?" for i in range(2, TURNS + 2)]
    assert answers.turns(6, number) == answers.turns(5, None) == []
    answers.forget(5)
    assert answers.turns(5, number) == []


def test_a_file_of_an_earlier_version_gets_what_conversations_need(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "b.sqlite")) as old:
        old.execute(
            "CREATE TABLE answers (id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, "
            "question_message INTEGER, created REAL NOT NULL, messages TEXT NOT NULL, "
            "generation TEXT NOT NULL, answer TEXT NOT NULL, shown INTEGER NOT NULL)"
        )
        old.execute("INSERT INTO answers VALUES (1, 0, NULL, 0, '', '', '', 0)")
        old.commit()
    for _ in range(2):
        with closing(state.connect(tmp_path / "b.sqlite")) as database:
            answers = Answers(database, 30)
            one = answered(answers, 10)
            assert answers.find(one.number, 5) == answers.shown_in(5, 71) == one


def answered(answers: Answers, question: int | None, **fields: Any) -> Kept:
    """An answer of somebody's conversation."""
    given = {"thread": None, "asker": 7, "follows": None, **fields}
    one = replace(kept(answers, question=question), **given)
    answers.keep(one)
    return one


def test_what_is_kept_too_long_is_deleted(answers: Answers, monkeypatch: pytest.MonkeyPatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 31 * 86400)
    old = kept(answers)
    monkeypatch.setattr(time, "time", lambda: now - 29 * 86400)
    young = kept(answers)
    monkeypatch.setattr(time, "time", lambda: now)
    answers.prune()
    assert (answers.find(old.number, 5), answers.find(young.number, 5)) == (None, young)


def test_a_group_that_gets_a_new_id_keeps_its_answers(answers: Answers):
    one = kept(answers, chat=-5)
    answers.migrate(-5, -1005)
    moved = replace(one, chat=-1005, question_message=None, messages=())  # ids start anew there
    assert answers.find(one.number, -1005) == moved
    assert answers.to_question(-1005, 70) is None
    assert answers.find(one.number, -5) is None


def test_answers_outlive_the_process(tmp_path: Path):
    with closing(state.connect(tmp_path / "b.sqlite")) as database:
        one = kept(Answers(database, 1))
    with closing(state.connect(tmp_path / "b.sqlite")) as database:
        assert Answers(database, 1).find(one.number, 5) == one
