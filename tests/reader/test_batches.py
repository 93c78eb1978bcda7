"""Examples made into batches: what is read in which step, and where its answers stand."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import example as for_example
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bot.reader import batches as module
from bot.reader.batches import BATCH, TOKENS, Group, Item, Plan, Reads
from bot.reader.examples import LONGEST_SPAN, Example, Read
from bot.reader.hard_negatives import HardNegatives
from bot.reader.tokens import MOST_TOKENS
from tests.examples import examples
from tests.reader.conftest import CLOCK, FERRY

CRACKED = "When did the bell of Merrin crack?"


def right(text: str, *answers: str) -> Read:
    spans = tuple((text.index(answer), text.index(answer) + len(answer)) for answer in answers)
    return Read(text, 0.5, True, True, spans)


def wrong(text: str, *, home: bool = True) -> Read:
    return Read(text, 0.4, False, home)


def example(
    *reads: Read, question: str = CRACKED, file: str = "home.json", title: str = "Merrin", held: bool = False
) -> Example:
    return Example(question, file, title, held, reads)


def numbered(count: int, **more: object) -> list[Example]:
    return [example(wrong("It is."), question=f"What is {n}?", **more) for n in range(count)]  # type: ignore[arg-type]


def plan(examples: list[Example], *, passes: int = 1, most: int = 99, seed: int = 1) -> Plan:
    return Plan(examples, {"home.json"}, passes=passes, most=most, seed=seed)


def questions(made: Plan) -> list[str]:
    return [asked.question for batch in made.batches() for asked, _ in batch]


def words_at(item: Item, text: str) -> set[str]:
    """What stands from any of the starts to any of the ends."""
    offsets = item.tokens.offsets
    return {text[offsets[first][0] : offsets[last][1]] for first in item.starts for last in item.ends}


def texts(group: Group, words: Tokenizer) -> list[str]:
    """The passages as they were read, without the question."""
    return [words.decode(item.tokens.ids[item.tokens.offsets[:, 0] >= 0].tolist()) for item in group]


@pytest.fixture(scope="module")
def reads(tiny: Path) -> Reads:
    return Reads(tiny, HardNegatives([]))


# --------------------------------------------------------------------------------------------- plans


def test_home_questions_are_read_at_every_pass_and_others_once():
    home = numbered(30)
    away = [example(wrong("x"), question=f"Away {n}?", file="away.json") for n in range(20)]
    asked = Counter(questions(plan([*home, *away], passes=3)))
    assert asked == {**{e.question: 3 for e in home}, **{e.question: 1 for e in away}}


def test_of_a_file_that_is_away_no_more_than_so_many_are_read():
    away = [
        example(wrong("x"), question=f"{file} {n}?", file=f"{file}.json")
        for n in range(9)
        for file in ("a", "b")
    ]
    asked = questions(plan([*numbered(2), *away], most=4, passes=2))
    assert Counter(question[0] for question in asked) == {"W": 4, "a": 4, "b": 4}
    assert {question for question in asked if question[0] == "a"} == {f"a {n}?" for n in range(4)}


def test_held_out_articles_are_never_read():
    kept = numbered(10, title="Kept", held=True)
    made = plan([*kept, *numbered(5), *numbered(5, file="away.json", title="Away")])
    assert made.held_out == kept
    assert {one.title for one in made.learned} == {"Away", "Merrin"}
    assert {asked.title for batch in made.batches() for asked, _ in batch} == {"Away", "Merrin"}


def test_a_question_without_passages_is_not_read():
    made = plan([example(), example(held=True), *numbered(1)])
    assert (made.held_out, questions(made), len(made.learned)) == ([], ["What is 0?"], 1)


def test_a_plan_depends_on_its_seed_alone():
    examples = numbered(200)
    one, again, other = (plan(examples, passes=2, seed=seed) for seed in (1, 1, 2))
    assert one.batches() == one.batches() == again.batches()
    assert one.batches() != other.batches()
    assert sorted(questions(one)) == sorted(questions(other))


def test_each_pass_picks_other_passages_and_comes_in_another_order():
    made = plan(numbered(300), passes=2)
    chances: dict[str, set[float]] = {}
    for asked, chance in (pair for batch in made.batches() for pair in batch):
        chances.setdefault(asked.question, set()).add(chance)
        assert 0 <= chance < 1
    assert all(len(drawn) == 2 for drawn in chances.values())
    asked = questions(made)
    assert asked[:300] != asked[300:]


_sized = st.lists(st.integers(1, 20_000), min_size=1, max_size=60)


@pytest.mark.slow
@given(_sized, st.integers(0, 3))
@for_example([TOKENS * BATCH * 4], 0)  # more than a batch by itself
def test_batches_hold_every_question_and_no_more_than_fits(sizes: list[int], seed: int):
    examples = [example(wrong("x" * size), question=f"{n}?") for n, size in enumerate(sizes)]
    batches = plan(examples, seed=seed).batches()
    assert sorted(asked.question for batch in batches for asked, _ in batch) == sorted(
        e.question for e in examples
    )
    for batch in batches:
        assert 1 <= len(batch) <= BATCH
        longest = max(module._length(asked) for asked, _ in batch)
        assert len(batch) == 1 or 2 * longest * len(batch) <= TOKENS * BATCH


def test_questions_of_like_length_are_read_together():
    sizes = [10, 2000] * 40
    examples = [example(wrong("x" * size), question=f"{n}?") for n, size in enumerate(sizes)]
    kinds = [{len(asked.reads[0].text) for asked, _ in batch} for batch in plan(examples).batches()]
    assert sum(len(kind) > 1 for kind in kinds) <= 1
    assert len(kinds) > 4


# --------------------------------------------------------------------------------------------- reads


def test_a_question_is_read_beside_a_right_passage_and_a_wrong_one(reads: Reads):
    group, *_ = reads.groups(example(right(CLOCK, "1840"), wrong(FERRY)), 0.5)
    assert [item.right for item in group] == [True, False]
    assert words_at(group[0], CLOCK) == {"1840"}
    assert (group[1].starts, group[1].ends) == ((), ())


def test_answers_stand_where_they_were_marked(reads: Reads):
    first = CLOCK.index("bell")  # of three bells, the ringer's
    read = Read(CLOCK, 0.5, True, True, ((first, first + 4), (CLOCK.index("Osk"), CLOCK.index("Osk") + 7)))
    [group, *_] = reads.groups(example(read), 0.5)
    offsets = group[0].tokens.offsets
    assert [CLOCK[slice(*offsets[number])] for number in group[0].starts] == ["bell", "Os"]  # and "##k"
    assert [offsets[number][1] for number in group[0].ends] == [first + 4, CLOCK.index("Osk") + 7]


def test_answers_beyond_what_is_read_are_left_out(reads: Reads):
    long = "Word " * MOST_TOKENS + "and here in 1840 it ends."
    beyond = right(long, "1840")
    assert reads.first(example(beyond)) == []
    assert [item.right for item in reads.groups(example(beyond, wrong(FERRY)), 0.9)[0]] == [False]
    partly = Read(long, 0.5, True, True, ((0, 4), *beyond.spans))
    [item] = reads.first(example(partly))
    assert words_at(item, long) == {"Word"}


def test_a_long_answer_says_where_it_starts_but_not_which_words(reads: Reads):
    just, more = ("one " * LONGEST_SPAN).strip(), ("one " * (LONGEST_SPAN + 1)).strip()
    for answer, marked in ((just, True), (more, False)):
        [item] = reads.first(example(right(f"It is {answer}.", answer)))
        assert (item.right, bool(item.starts), bool(item.ends)) == (True, True, marked)


def test_the_first_passages_are_read_in_their_order(reads: Reads, words: Tokenizer):
    five = [right("One is 1840.", "1840"), *(wrong(f"Number {n}.") for n in range(9))]
    group = reads.first(example(*five))
    assert texts(group, words) == ["one is 1840.", "number 0.", "number 1.", "number 2."]
    assert len(reads.first(example(*five), most=2)) == 2


CHANCES = [number / 200 for number in range(200)]


def test_single_sentences_are_read_too_as_lists_are(reads: Reads, words: Tokenizer):
    both = example(right(CLOCK, "1840"), wrong(FERRY))
    alone = [group for chance in CHANCES for group in reads.groups(both, chance)[1:] if len(group) == 2]
    assert len(alone) / len(CHANCES) == pytest.approx(module.SENTENCES, abs=0.12)
    seen = set()
    for group in alone:
        first, second = texts(group, words)
        assert [item.right for item in group] == [True, False]
        assert first.startswith("the bell was cast in 1702")
        offsets = group[0].tokens.offsets
        sentence = CLOCK[CLOCK.index("The bell was") :]
        assert sentence[offsets[group[0].starts[0]][0] : offsets[group[0].ends[0]][1]] == "1840"
        seen.add(second.split()[1])
    assert seen == {"clock", "bell"}  # the other two sentences, one at a time
    assert all(len(reads.groups(example(wrong(CLOCK), wrong(FERRY)), chance)) == 1 for chance in CHANCES)


def test_a_question_is_turned_too_and_its_passage_is_wrong_then(reads: Reads, words: Tokenizer):
    given = example(right(CLOCK, "1840"), wrong(FERRY), question="What was the last year of the bell?")
    turned = [group for chance in CHANCES for group in reads.groups(given, chance)[1:] if len(group) == 1]
    assert len(turned) / len(CHANCES) == pytest.approx(module.HARD_NEGATIVES, abs=0.12)
    read = {(words.decode(item.tokens.ids.tolist()), item.right) for [item] in turned}
    assert all(not right and CLOCK.lower()[:40] in text for text, right in read)
    assert {text.split("?")[0] for text, _ in read} == {
        "what was the first year of the bell",
        "what wasn ' t the last year of the bell",
    }


def test_the_wrong_passage_is_of_another_article_now_and_then(reads: Reads, words: Tokenizer):
    all_reads = [
        right(CLOCK, "1840"),
        *(wrong(f"Near {n}.") for n in range(6)),
        wrong("Far away.", home=False),
    ]
    drawn = Counter(
        texts(reads.groups(example(*all_reads), chance)[0], words)[1].strip(".") for chance in CHANCES
    )
    assert set(drawn) == {"far away", "near 0", "near 1", "near 2", "near 3"}  # the nearest ones
    assert drawn["far away"] / len(CHANCES) == pytest.approx(module.ABSENT, abs=0.1)
    unanswered = Counter(
        texts(reads.groups(example(*all_reads[1:]), chance)[0], words)[0].strip(".") for chance in CHANCES
    )
    assert set(unanswered) == {"far away", "near 0", "near 1"}


def test_the_same_chance_picks_the_same(reads: Reads, words: Tokenizer):
    many = example(right(CLOCK, "1840"), *(wrong(f"Near {n}.") for n in range(6)))
    one, again = ([texts(group, words) for group in reads.groups(many, 0.25)] for _ in range(2))
    assert one == again
    assert len({tuple(texts(reads.groups(many, chance)[0], words)) for chance in CHANCES}) == 4


@examples(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_tokens_of_answers_cover_them(reads: Reads, data: st.DataObject):
    text = data.draw(st.sampled_from([CLOCK, FERRY, "Ünïcode — “1840”…\n\n日本 1702."]))
    start = data.draw(st.integers(0, len(text) - 2).filter(lambda at: not text[at].isspace()))
    end = data.draw(
        st.integers(start + 1, min(len(text), start + 60)).filter(lambda at: not text[at - 1].isspace())
    )
    [item] = reads.first(example(Read(text, 0.5, True, True, ((start, end),))))
    inside = item.tokens.offsets[:, 0] >= 0
    assert set(item.starts) | set(item.ends) <= set(np.flatnonzero(inside).tolist())
    [covered] = words_at(item, text)
    assert text[start:end] in covered
    assert len(covered.split()) <= len(text[start:end].split()) + 1
