"""The engine: asking, looking into documents, and keeping up with the index and the files."""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.answering.answers import Answer, Outdated
from bot.conversation.turns import turn_of
from bot.engine import Engine
from bot.reader.together import Readers
from bot.settings import Settings, load
from bot.words import coverage_in_words, outdated_in_words
from index.building.changes import Changes
from index.cancellation import Cancellation, Cancelled
from index.catalogue import MINILM
from index.engines.local.generation import Generation
from index.engines.local.store import Store
from index.errors import DocumentsError, IndexMismatch, IndexMissing, UnknownSource
from index.records import Locator, Style
from index.serving import ServedEncoder
from tests.answering import pages, profiles
from tests.conftest import LETTER, MINUTES, MODELS, RECIPE, WordsEncoder
from tests.examples import examples
from tests.reader.words import WordReader

ATTENDED = "who attended the meeting?"
NEAR_FERRY = "zebra quantum Iceland?"
TEXTS = {"minutes.md": MINUTES, "soup.txt": RECIPE, "letters/ferry.txt": LETTER}


@pytest.fixture(autouse=True)
def fixed_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is fitted anew, confidence here stays what it is."""
    profiles.use(monkeypatch)


# ----------------------------------------------------------------------------------------- asking


def test_a_question_that_the_documents_answer(engine: Engine):
    reply = engine.ask(ATTENDED)
    assert reply.found
    assert reply.text == "Alice Archer, Bob Baker and Carol Cook attended the meeting. [1]"
    assert reply.confidence == pytest.approx(0.898, abs=0.0005)
    assert (reply.question, reply.searched_for) == (ATTENDED, ATTENDED)
    assert (reply.near, reply.outdated) == ((), ())
    assert 0 < reply.elapsed_ms < 60_000
    [citation] = reply.citations
    assert (citation.source, citation.title) == ("minutes.md", "Minutes of the garden club")
    assert citation.place == Locator(headings=("Attendance",), first=1, last=1)
    assert citation.context == ("minutes", "Minutes of the garden club", "Attendance")
    assert (citation.start, citation.end) == (102, 162)
    assert (citation.passage_start, citation.passage_end) == (90, 192)


@pytest.mark.parametrize("invisible", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\u200c", "\u202a"])
def test_characters_without_a_shape_change_nothing(engine: Engine, docs: Path, invisible: str):
    plain = engine.ask(ATTENDED)
    reply = engine.ask(ATTENDED.replace("meeting", f"mee{invisible}ting"))
    assert (
        replace(reply, elapsed_ms=plain.elapsed_ms) == plain
    )  # nor is it said that something else was sought
    (docs / "minutes.md").write_text(
        MINUTES.replace("attended the", f"atten{invisible}ded t{invisible}he"), encoding="utf-8"
    )
    engine.build()
    [citation] = engine.ask(ATTENDED).citations
    assert (
        citation.quote
        == f"Alice Archer, Bob Baker and Carol Cook atten{invisible}ded t{invisible}he meeting."
    )
    assert citation.score == plain.citations[0].score


def test_a_question_that_they_do_not_answer(engine: Engine):
    reply = engine.ask("zebra quantum?")
    assert (reply.found, reply.text, reply.citations) == (False, "", ())
    assert reply.confidence < 0.01
    assert reply.near == ()  # no sentence has a word of it


def test_what_is_near_a_question_that_they_do_not_answer(engine: Engine):
    reply = engine.ask(NEAR_FERRY)
    assert (reply.found, reply.text, reply.citations) == (False, "", ())
    assert [(near.number, near.source) for near in reply.near] == [(1, "letters/ferry.txt")]


@pytest.mark.parametrize("question", ["", "?!", "nul\0", "语", "x" * 10_000, '"+-&|!(){}[]^~*?:\\/'])
def test_odd_questions_are_not_answered(engine: Engine, question: str):
    assert not engine.ask(question).found


@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted({w for t in TEXTS.values() for w in t.split()})), max_size=6))
def test_every_quote_is_an_exact_slice_of_its_document(engine: Engine, words: list[str]):
    reply = engine.ask(" ".join(words))
    for cited in (*reply.citations, *reply.near):
        assert TEXTS[cited.source][cited.start : cited.end] == cited.quote
        assert TEXTS[cited.source][cited.passage_start : cited.passage_end] == cited.passage


def test_the_stages_of_an_answer_are_timed(engine: Engine):
    for question in (ATTENDED, "Where was the meeting held?"):  # a sweep and a search
        reply = engine.ask(question)
        assert list(reply.stages) == ["encode", "search", "fuse", "read", "compose", "check files"]
        assert sum(reply.stages.values()) == reply.elapsed_ms
    assert reply == replace(reply, stages={})  # times are no part of what is said


def test_the_best_passages(engine: Engine):
    first, second = engine.passages("zebra quantum greenhouse?", 2)
    assert "The club bought a new greenhouse" in first.text
    assert (first.document.source, second != first) == ("minutes.md", True)


def test_warming_up_loads_what_the_first_question_needs(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    fresh = Engine(engine.settings, WordsEncoder())
    asked: list[str] = []
    encode = WordsEncoder.encode_questions
    monkeypatch.setattr(
        WordsEncoder, "encode_questions", lambda self, texts: asked.extend(texts) or encode(self, texts)
    )
    opened: list[str] = []
    current = Store.current
    monkeypatch.setattr(Store, "current", lambda self: opened.append("index") or current(self))
    fresh.warm()
    assert (asked, opened) == (["Who was there, and what did they say?"], ["index"])
    assert fresh.ask(ATTENDED).found
    assert opened == ["index"]


@pytest.mark.slow
def test_warming_up_loads_what_short_questions_need(settings: Settings):
    encoder = ServedEncoder(load(flags={"serving.folder": str(MODELS), "encoder.model": MINILM.name}))
    Engine(settings, encoder).load_models()
    assert "_short" in vars(encoder.by)


def test_warming_up_says_what_stands_against_it(settings: Settings, encoder: WordsEncoder, monkeypatch):
    with pytest.raises(IndexMissing):
        Engine(settings, encoder).warm()
    Engine(settings, encoder).build()
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    with pytest.raises(IndexMismatch):
        Engine(settings, WordsEncoder()).warm()


def test_threshold_and_number_of_quotes_are_those_of_the_settings(settings: Settings, encoder: WordsEncoder):
    Engine(settings, encoder).build()
    ferry = "When is the ferry crossing on deck cold?"
    for threshold, quotes, found in ((0.35, 3, 3), (0.35, 2, 2), (1.0, 2, 0)):
        chosen = replace(settings.answer, threshold=threshold, quotes=quotes)
        reply = Engine(replace(settings, answer=chosen), encoder).ask(ferry)
        assert (len(reply.citations), len(reply.near)) == (found, 0 if found else 3)


# ----------------------------------------------------------------------------- kinds of documents


Answering = Callable[[dict[str, str]], Engine]


@pytest.fixture
def answering(tmp_path: Path) -> Answering:
    """Makes an engine over documents: their texts by their sources."""

    def answering(texts: dict[str, str]) -> Engine:
        own = Path(tempfile.mkdtemp(dir=tmp_path))
        folder = own / "documents"
        for source, text in texts.items():
            (folder / source).parent.mkdir(parents=True, exist_ok=True)
            (folder / source).write_text(text, encoding="utf-8")
        flags = {
            "documents.folder": folder,
            "state.folder": str(own),
            "reader.model": "none",
            "answer.threshold": 0.14,
        }
        engine = Engine(load(flags=flags), WordsEncoder())
        engine.build()
        return engine

    return answering


CLUB = """\
# Rowing club

## Who looks after the boats?

Pia Ruud does, on **Mondays**.

## When is the bar open?

Fridays from six.
"""
FAQ = """\
Tern Rowing Club

Q: Can I bring a guest to the boathouse?
A: Yes, two at a time. Sign them in at the desk.

Q: Where do I park?
A: In the gravel yard.
"""
HOURS = """\
# The shop

| day | opens | closes |
|---|---|---|
| Saturday | 9 | 12 |
| Sunday | closed | |
| Monday | 8 | 18 |
"""
CAMPING = """\
# Camping

We go on Friday. For the night in the woods bring these things:

- a **tent** for two
- a [lamp](https://lamp.example) that needs no batteries
- a rope

Leave the dog at home.
"""
PRINTER = """\
# Printer

## How to reset the printer

1. Switch the printer off.
2. Wait ten seconds.
3. Switch it on.
"""
LOCKERS = "Visitors leave their bags in the lockers beside the entrance."


@pytest.mark.parametrize(
    ("texts", "question", "text"),
    [
        ({"club.md": CLUB}, "Who looks after the boats?", "Pia Ruud does, on Mondays. [1]"),
        ({"club.md": CLUB}, "When is the bar open?", "Fridays from six. [1]"),
        ({"faq.txt": FAQ}, "Where do I park?", "In the gravel yard. [1]"),
        (
            {"camping.md": CAMPING},
            "list the things to bring for the night in the woods",
            "a tent for two [1]\na lamp that needs no batteries [2]\na rope [3]",
        ),
        (
            {"printer.md": PRINTER},
            "How do I reset the printer?",
            "Switch the printer off. [1]\nWait ten seconds. [2]\nSwitch it on. [3]",
        ),
        (
            {"shop.md": HOURS},
            "what are the days on which the shop opens?",
            "day: Saturday · opens: 9 · closes: 12 [1]\n"
            "day: Sunday · opens: closed [2]\n"
            "day: Monday · opens: 8 · closes: 18 [3]",
        ),
    ],
    ids=["heading that asks", "another", "FAQ", "list", "steps", "rows"],
)
def test_what_belongs_to_an_answer_is_quoted(
    answering: Answering, texts: dict[str, str], question: str, text: str
):
    reply = answering(texts).ask(question)
    assert (reply.found, reply.text, reply.swept) == (True, text, 0)
    for cited in reply.citations:
        assert texts[cited.source][cited.start : cited.end] == cited.quote
        assert texts[cited.source][cited.passage_start : cited.passage_end] == cited.passage
        assert cited.passage_start <= cited.start < cited.end <= cited.passage_end


def test_what_a_lead_in_leads_to_is_quoted_instead_of_it(answering: Answering):
    reply = answering({"camping.md": CAMPING}).ask("What things do I bring for the night in the woods?")
    shown = ["a lamp that needs no batteries", "a rope", "a tent for two"]
    assert sorted(cited.shown for cited in reply.citations) == shown
    assert {cited.context[-1] for cited in reply.citations} == {
        "For the night in the woods bring these things:"
    }


def test_an_answer_of_an_faq_comes_first_and_knows_its_question(answering: Answering):
    first, *_ = answering({"faq.txt": FAQ}).ask("Can I bring a guest to the boathouse?").citations
    assert first.quote == "Yes, two at a time. Sign them in at the desk."
    assert first.context == ("faq", "Tern Rowing Club", "Can I bring a guest to the boathouse?")
    assert first.kind == "answer"


def test_a_question_in_the_documents_is_no_answer_where_several_things_are_asked_for(answering: Answering):
    text = "Q: Who is invited to the party?\nA: All members.\n\nQ: Where do I park?\nA: In the yard.\n"
    reply = answering({"faq.txt": text}).ask("Who is invited to the party?")
    assert reply.citations[0].shown == "All members."
    assert "Who is invited to the party?" not in [cited.shown for cited in reply.citations]


def test_a_row_is_quoted_as_it_stands_and_shown_with_the_names_of_its_columns(answering: Answering):
    first, *_ = answering({"shop.md": HOURS}).ask("When does the shop close on Monday?").citations
    assert (first.kind, first.quote) == ("row", "Monday | 8 | 18")
    assert first.shown == "day: Monday · opens: 8 · closes: 18"
    assert HOURS[first.start : first.end] == first.quote


def test_a_heading_that_says_it_itself_is_quoted(answering: Answering):
    text = "# Harbour festival\n\n## Date: 14 June 2025\n\nTell the mayor.\n\n## Budget\n\nAsk Ann.\n"
    reply = answering({"festival.md": text}).ask("What is the date of the harbour festival?")
    assert "Date: 14 June 2025" in [cited.shown for cited in reply.citations]


def test_citations_look_as_their_quotes_do_in_the_document(answering: Answering):
    engine = answering({"camping.md": CAMPING, "club.md": CLUB})
    tent, lamp, rope = engine.ask("list the things to bring").citations
    bold, link = CAMPING.index("tent"), CAMPING.index("lamp")
    assert tent.styles == (Style(bold, bold + 4, "bold"),)
    assert lamp.styles == (Style(link, link + 4, "link", "https://lamp.example"),)
    assert rope.styles == ()
    assert lamp.quote == "a [lamp](https://lamp.example) that needs no batteries"


def test_copies_in_two_files_are_quoted_once(answering: Answering):
    texts = {
        "a/rules.txt": f"{LOCKERS}\n\nDogs stay outside.\n",
        "b/rules.txt": f"Cats stay outside.\n\n{LOCKERS}\n",
        "c/rules.txt": f"{LOCKERS.replace('the lockers', 'the 12 lockers')}\n",
    }
    reply = answering(texts).ask("Where do visitors leave their bags?")
    quotes = [cited.quote for cited in reply.citations]
    assert sorted(quotes) == sorted([LOCKERS, LOCKERS.replace("the lockers", "the 12 lockers")])
    copied = reply.citations[quotes.index(LOCKERS)]
    assert {copied.source, *(source for source, _, _ in copied.also)} == {"a/rules.txt", "b/rules.txt"}
    [(source, start, end)] = copied.also
    assert texts[source][start:end] == LOCKERS


# ---------------------------------------------------------------------------------- with a reader


FERRY = "When does the ferry to Iceland leave?"


def reading(engine: Engine, known: dict[str, float], **more: int) -> tuple[Engine, WordReader]:
    """The same engine with a reader that knows words."""
    reader = WordReader(known)
    settings = replace(engine.settings, reader=replace(engine.settings.reader, **more))
    return Engine(settings, engine.encoder, Readers(reader)), reader


def test_an_answer_is_led_by_the_words_that_the_reader_finds(engine: Engine):
    engine, reader = reading(engine, {"on Tuesday": 12.0})
    reply = engine.ask(FERRY)
    assert (reply.found, reply.lead) == (True, "on Tuesday")
    assert reply.confidence > 0.9
    best, *others = reply.citations
    assert best.quote == "the ferry to Iceland leaves from Hirtshals on Tuesday."
    assert best.span is not None
    assert LETTER[slice(*best.span)] == "on Tuesday"
    assert reply.text.startswith(f"on Tuesday [1]\n{best.quote} [1]")
    assert all(other.span is None for other in others)
    assert {question for question, _ in reader.asked} == {FERRY}
    assert list(reply.stages) == ["encode", "search", "fuse", "read", "compose", "check files"]


def test_the_reader_can_say_that_the_documents_do_not_answer(engine: Engine):
    assert engine.ask(FERRY).found
    engine, _ = reading(engine, {})
    reply = engine.ask(FERRY)
    assert (reply.found, reply.lead, reply.citations) == (False, "", ())
    assert reply.near[0].source == "letters/ferry.txt"
    who = engine.ask(ATTENDED)
    assert (who.found, who.swept, len(who.near)) == (False, 0, 3)


def test_the_members_of_a_list_are_those_that_the_reader_takes_for_answers(engine: Engine):
    engine, reader = reading(engine, {"attended": 12.0, "apologies": 11.0})
    reply = engine.ask("list the members who attended")
    assert [citation.quote for citation in reply.citations] == [
        "Alice Archer, Bob Baker and Carol Cook attended the meeting.",
        "Dora Dean sent her apologies.",
    ]
    assert (reply.lead, coverage_in_words(reply)) == ("", "2 sentences in 1 of 3 documents")
    *_, (_, sentences), (_, [passage]) = reader.asked  # each of so small a collection, then where two stand
    assert len(sentences) == 13
    assert all(text.count(".") <= 1 for text in sentences)
    assert all(citation.quote in passage for citation in reply.citations)


def test_the_best_quotes_of_a_list_are_heard_before_its_members_are_gathered(engine: Engine):
    engine, reader = reading(engine, {"attended": 12.0, "apologies": 11.0})
    heard: list[tuple[list[str], str, int]] = []

    def first(reply: Answer) -> None:
        heard.append(([one.quote for one in reply.citations], coverage_in_words(reply), len(reader.asked)))

    reply = engine.ask("list the members who attended", first=first)
    [(quotes, coverage, reads)] = heard
    assert quotes[0] == "Alice Archer, Bob Baker and Carol Cook attended the meeting."
    assert (coverage, reads) == ("", len(reader.asked) - 2)
    assert coverage_in_words(reply) == "2 sentences in 1 of 3 documents"
    engine.ask(FERRY, first=first)
    assert len(heard) == 1, "one fact is answered once"


def test_asking_is_broken_off_at_the_next_step(engine: Engine):
    engine, reader = reading(engine, {"attended": 12.0})
    cancellation = Cancellation()
    with pytest.raises(Cancelled):
        engine.ask(
            "list the members who attended", first=lambda _: cancellation.cancel(), check=cancellation.check
        )
    assert [len(texts) for _, texts in reader.asked] == [3], "no sentence was read for the list"
    with pytest.raises(Cancelled):
        engine.ask(FERRY, check=cancellation.check)
    assert len(reader.asked) == 1


def test_a_list_is_as_sure_as_what_fits_best_wherever_that_stands(answering: Answering):
    sure, unsure = "Ann attended the meeting.", "Ben attended the meeting."
    replies = []
    for lines in ((sure, unsure), (unsure, sure)):
        engine, _ = reading(answering({"minutes.txt": "\n\n".join(lines)}), {sure: 4.0, unsure: 1.0})
        replies.append(engine.ask("list those who attended"))
    quotes = [[cited.quote for cited in reply.citations] for reply in replies]
    assert quotes == [[sure, unsure], [unsure, sure]]
    assert replies[1].confidence == pytest.approx(replies[0].confidence)


@pytest.mark.parametrize("question", [FERRY, ATTENDED])
def test_where_one_question_is_asked_vectors_leave_before_the_reader_reads(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, question: str
):
    _, reader = reading(engine, {"on Tuesday": 12.0, "attended": 12.0})
    left: list[int] = []
    monkeypatch.setattr(Generation, "unload", lambda _: left.append(len(reader.asked)))
    usual = Engine(engine.settings, engine.encoder, Readers(reader)).ask(question)
    assert left == []
    reader.asked.clear()
    reply = Engine(engine.settings, engine.encoder, Readers(reader), once=True).ask(question)
    assert left == [0]
    assert reader.asked
    assert (reply.text, reply.confidence) == (usual.text, usual.confidence)


def test_no_more_is_read_than_the_settings_say(engine: Engine):
    engine, reader = reading(engine, {}, passages=2, sentences=3)
    engine.ask(FERRY)
    assert [len(texts) for _, texts in reader.asked] == [2]
    reader.asked.clear()
    engine.ask("list all who sail to Iceland")
    assert [len(texts) for _, texts in reader.asked] == [2, 3]


def test_passages_that_were_weighed_are_named_best_first(engine: Engine):
    plain = engine.ask(FERRY)
    assert plain.looked_at[0] == ("letters/ferry.txt", 0)
    assert len(plain.looked_at) == len(set(plain.looked_at)) == 5
    engine, _ = reading(engine, {"half an hour": 30.0})
    reply = engine.ask(FERRY)
    assert reply.looked_at[0] == ("soup.txt", 0)
    assert sorted(reply.looked_at) == sorted(plain.looked_at)


def test_where_members_are_gathered_the_passages_weighed_before_are_named_too_and_first(engine: Engine):
    engine, _ = reading(engine, {"Iceland": 30.0})
    reply = engine.ask("list all who sail to Iceland")
    assert reply.swept
    assert {cited.source for cited in reply.citations} == {"letters/ferry.txt"}
    assert reply.looked_at[0] == ("letters/ferry.txt", 0)
    assert sorted(reply.looked_at) == sorted(engine.ask(FERRY).looked_at)


def test_warming_up_warms_the_reader(engine: Engine):
    engine, reader = reading(engine, {})
    engine.warm()
    assert (reader.prepared, reader.asked) == (1, [])


GERMAN = "Die Fähre nach Island fährt am Dienstag um acht Uhr ab, und sie ist nicht immer pünktlich."


def reading_english(engine: Engine) -> tuple[Engine, WordReader, WordReader]:
    """The same engine with a reader that reads all languages, and one that reads English."""
    usual, english = WordReader({"Dienstag": 12.0}), WordReader({"on Tuesday": 12.0})
    return Engine(engine.settings, engine.encoder, Readers(usual, english)), usual, english


def test_english_is_read_by_who_reads_nothing_else(engine: Engine):
    engine, usual, english = reading_english(engine)
    assert engine.ask(FERRY).lead == "on Tuesday"
    assert english.asked
    engine.ask("list all who sail to Iceland")
    assert usual.asked == []
    assert engine.readers.of(FERRY, ["en"]) is english


def test_a_question_in_another_language_is_read_by_who_reads_all(engine: Engine):
    engine, usual, english = reading_english(engine)
    engine.ask("Wann fährt die Fähre nach Iceland ab?")
    assert (bool(usual.asked), english.asked) == (True, [])


def test_passages_in_several_languages_are_read_by_who_reads_all(engine: Engine):
    (engine.settings.documents.folder / "fähre.txt").write_text(GERMAN, encoding="utf-8")
    engine, usual, english = reading_english(engine)
    engine.build()
    assert engine.ask("When does the ferry to Iceland leave, or to Island?").found
    assert (bool(usual.asked), english.asked) == (True, [])


def test_readers_are_warmed_that_the_documents_need(engine: Engine):
    english_only, usual, english = reading_english(engine)
    english_only.load_models()
    assert (usual.prepared, english.prepared) == (0, 1)
    (engine.settings.documents.folder / "fähre.txt").write_text(GERMAN, encoding="utf-8")
    both, usual, english = reading_english(engine)
    both.build()
    assert (usual.prepared, english.prepared) == (1, 1)


def test_where_there_are_no_documents_all_readers_are_warmed(settings: Settings, encoder: WordsEncoder):
    usual, english = WordReader({}), WordReader({})
    Engine(settings, encoder, Readers(usual, english)).load_models()
    assert (usual.prepared, english.prepared) == (1, 1)


def test_nothing_is_read_without_a_reader(engine: Engine):
    assert engine.readers.usual is None
    reply = engine.ask(FERRY)
    assert (reply.found, reply.lead) == (True, "")
    assert {citation.span for citation in reply.citations} == {None}


def test_where_the_words_of_a_question_stand(engine: Engine):
    matches = engine.matches("Who attends the meetings?")
    assert list(matches("They attended the Meeting.")) == [(5, 13), (18, 25)]


def test_more_excludes_what_was_seen_and_goes_on_numbering(engine: Engine):
    seen = engine.ask(ATTENDED).citations
    more = engine.more(ATTENDED, seen)
    rest = engine.more(ATTENDED, (*seen, *more))
    places = [(c.source, c.passage_start) for c in (*seen, *more, *rest)]
    assert [c.number for c in (*more, *rest)] == [2, 3, 4, 5]
    assert sorted(places) == [
        ("letters/ferry.txt", 0),
        ("minutes.md", 2),
        ("minutes.md", 90),
        ("minutes.md", 197),
        ("soup.txt", 0),
    ]
    assert engine.more(ATTENDED, (*seen, *more, *rest)) == ()


def test_without_an_index(settings: Settings, encoder: WordsEncoder):
    engine = Engine(settings, encoder)
    assert not engine.has_index()
    with pytest.raises(IndexMissing, match=r"There is no index in .* yet\. Run `docent index`\."):
        engine.ask(ATTENDED)


def test_with_another_model_than_the_indexs(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    other = WordsEncoder()
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    with pytest.raises(IndexMismatch, match="The index was made with the model words"):
        Engine(settings, other).ask(ATTENDED)


def test_many_threads_get_the_answers_of_one(engine: Engine):
    questions = [ATTENDED, "Where does the ferry to Iceland leave from?", "zebra quantum?"] * 8
    alone = [replace(engine.ask(question), elapsed_ms=0) for question in questions]
    shared = Engine(engine.settings, WordsEncoder())  # opened by whichever thread is first
    with ThreadPoolExecutor(8) as pool:
        together = [replace(reply, elapsed_ms=0) for reply in pool.map(shared.ask, questions)]
    assert together == alone


# ------------------------------------------------------------------------------------ keeping up


@pytest.mark.parametrize(
    ("change", "notice"),
    [
        (
            lambda file: file.write_text("Nobody came.", encoding="utf-8"),
            "minutes.md changed since it was indexed; the quotes are from the earlier text.",
        ),
        (
            lambda file: file.unlink(),
            "minutes.md is gone or cannot be read; the quotes are from when it was indexed.",
        ),
        (os.utime, None),
    ],
    ids=["edited", "gone", "touched"],
)
def test_a_cited_file_that_changed_is_noticed(engine: Engine, docs: Path, change, notice: str | None):
    change(docs / "minutes.md")
    reply = engine.ask(ATTENDED)
    assert reply.text == "Alice Archer, Bob Baker and Carol Cook attended the meeting. [1]"
    told = engine.outdated("minutes.md")
    assert reply.outdated == ((told,) if notice else ())
    assert (told and outdated_in_words(told)) == notice
    assert engine.outdated("soup.txt") is None


def test_a_changed_file_that_is_only_near_is_noticed_too(engine: Engine, docs: Path):
    (docs / "letters" / "ferry.txt").unlink()
    assert engine.ask(NEAR_FERRY).outdated == (Outdated("letters/ferry.txt", gone=True),)


def test_a_new_generation_is_taken_up_without_a_restart(engine: Engine, docs: Path):
    question = "which dwarfs attended the meeting?"
    assert "Thorin" not in engine.ask(question).text
    (docs / "minutes.md").write_text("Thorin and other dwarfs attended the meeting.", encoding="utf-8")
    Engine(engine.settings, WordsEncoder()).build()  # as another process would
    assert engine.ask(question).text == "Thorin and other dwarfs attended the meeting. [1]"
    assert engine.ask(question).outdated == ()
    assert engine.document("minutes.md").text == "Thorin and other dwarfs attended the meeting."


def test_changes(engine: Engine, docs: Path):
    assert engine.changes() == Changes()
    (docs / "soup.txt").unlink()
    (docs / "tea.txt").write_text("Tea.", encoding="utf-8")
    assert engine.changes() == Changes(added=("tea.txt",), removed=("soup.txt",))
    docs.rename(docs.with_name("elsewhere"))
    with pytest.raises(DocumentsError):
        engine.changes()


def test_the_folder_is_that_of_an_index_named_alone(engine: Engine, docs: Path, tmp_path: Path):
    place = str(engine.settings.index_folder())
    assert Engine(load(flags={"index.folder": place}), WordsEncoder()).settings.documents.folder == docs
    both = load(flags={"index.folder": place, "documents.folder": tmp_path})
    assert Engine(both, WordsEncoder()).settings.documents.folder == tmp_path
    empty = load(flags={"index.folder": str(tmp_path / "none")})
    assert Engine(empty, WordsEncoder()).settings.documents.folder == Path("seeds")


def test_a_damaged_index_named_alone_can_be_built_anew(engine: Engine, docs: Path):
    """The message of the damage says so: run `docent index --full`."""
    generation = engine.generation()
    (generation.folder / "texts.sqlite").write_bytes(b"")
    alone = load(flags={"index.folder": str(engine.settings.index_folder()), "reader.model": "none"})
    again = Engine(alone, WordsEncoder())
    assert again.settings.documents.folder == docs
    assert again.build(full=True).documents == 3
    assert again.ask(ATTENDED).found


# --------------------------------------------------------------------------------- looking into it


@pytest.mark.parametrize("source", sorted(TEXTS))
def test_a_document_as_indexed(engine: Engine, docs: Path, source: str):
    (docs / source).write_text("edited since", encoding="utf-8")
    assert engine.document(source).text == TEXTS[source]


@pytest.mark.parametrize("source", sorted(TEXTS))
def test_a_document_without_an_index_is_read_from_its_file(
    settings: Settings, encoder: WordsEncoder, source: str
):
    document = Engine(settings, encoder).document(source)
    assert (document.source, document.text) == (source, TEXTS[source])


@pytest.mark.parametrize("source", ["none.txt", "letters", "picture.png", "empty.txt", "", "n\0l.txt"])
def test_what_cannot_be_read_without_an_index(
    settings: Settings, encoder: WordsEncoder, docs: Path, source: str
):
    (docs / "picture.png").write_bytes(b"png")
    (docs / "empty.txt").write_bytes(b"")
    with pytest.raises(UnknownSource) as caught:
        Engine(settings, encoder).document(source)
    assert str(caught.value) == f"There is no readable document '{source}' in '{docs}'."


@pytest.mark.parametrize(
    "source", ["../secret.txt", "letters/../../secret.txt", "{outside}/secret.txt", ".hidden.txt"]
)
@pytest.mark.parametrize("indexed", [True, False])
def test_nothing_outside_the_documents_is_ever_shown(
    settings: Settings, encoder: WordsEncoder, docs: Path, source: str, indexed: bool
):
    (docs.parent / "secret.txt").write_text("The code is 1234.", encoding="utf-8")
    (docs / ".hidden.txt").write_text("The code is 1234.", encoding="utf-8")
    engine = Engine(settings, encoder)
    if indexed:
        engine.build()
    with pytest.raises(UnknownSource, match="There is no"):
        engine.document(source.format(outside=docs.parent))


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("minutes.txt", "Did you mean minutes.md"),
        ("ferry.txt", "Did you mean letters/ferry.txt"),
        ("zzz", "`docent status -v` lists them all."),
    ],
)
def test_an_unknown_source_names_the_nearest(engine: Engine, source: str, hint: str):
    with pytest.raises(UnknownSource) as caught:
        engine.document(source)
    assert str(caught.value).startswith(f"There is no document '{source}' in the index. {hint}")


@pytest.mark.parametrize(
    ("offset", "before", "here", "after"),
    [
        (0, None, (2, 85), (90, 192)),  # the mark of a heading
        (84, None, (2, 85), (90, 192)),
        (85, (2, 85), (90, 192), (197, 288)),  # the gap between two passages
        (90, (2, 85), (90, 192), (197, 288)),
        (197, (90, 192), (197, 288), None),
        (288, (90, 192), (197, 288), None),  # the line end after the last passage
    ],
)
def test_the_passage_at_an_offset_and_its_neighbours(engine: Engine, offset: int, before, here, after):
    found = engine.around("minutes.md", offset)
    assert [p and (p.start, p.end) for p in found] == [before, here, after]
    assert all(p.text == MINUTES[p.start : p.end] for p in found if p)


@pytest.mark.parametrize("offset", [-1, 289, 10**9])
def test_an_offset_outside(engine: Engine, offset: int):
    with pytest.raises(UnknownSource) as caught:
        engine.around("minutes.md", offset)
    assert str(caught.value) == f"minutes.md has the offsets 0 to 288, not {offset}."


def test_a_document_without_a_passage_has_nothing_around(engine: Engine, docs: Path):
    (docs / "bare.md").write_text("# *\n\n<!-- Ann -->\n", encoding="utf-8")
    engine.build()
    with pytest.raises(UnknownSource, match=r"^bare\.md "):
        engine.around("bare.md", 0)


def test_around_needs_an_index(settings: Settings, encoder: WordsEncoder):
    with pytest.raises(IndexMissing):
        Engine(settings, encoder).around("minutes.md", 0)


def test_sources(engine: Engine):
    assert [(entry.source, entry.title) for entry in engine.sources()] == [
        ("letters/ferry.txt", "ferry"),
        ("minutes.md", "Minutes of the garden club"),
        ("soup.txt", "Onion soup"),
    ]


def test_a_follow_up_is_searched_as_what_it_leans_on_tells(engine: Engine):
    where = engine.ask("Where was the meeting held?")
    assert where.searched_for == where.question
    when = engine.ask("When?", [turn_of(where)])
    assert (when.question, when.searched_for) == ("When?", "When was the meeting held?")
    assert when.citations == engine.ask("When was the meeting held?").citations
    assert not engine.ask("When?").found


def test_what_may_stand_by_itself_is_answered_as_typed_if_that_finds_something(engine: Engine, docs: Path):
    (docs / "rules.md").write_text("# Rules\n\nThe rules are: no dogs, no fires.\n", encoding="utf-8")
    engine.build()
    before = [turn_of(engine.ask("Where was the meeting held?"))]
    rules = engine.ask("What are the rules?", before)
    assert (rules.searched_for, rules.citations[0].source) == ("What are the rules?", "rules.md")
    assert rules.citations == engine.ask("What are the rules?").citations
    prices = engine.ask("What are the prices?", before)  # of which no document speaks
    assert prices.question == "What are the prices?"
    assert prices.searched_for == "What are the prices of the meeting?"


def test_a_misspelt_question_finds_what_is_meant_and_can_be_asked_as_typed(engine: Engine):
    reply = engine.ask("who atended the meting?")
    assert (reply.question, reply.searched_for) == ("who atended the meting?", ATTENDED)
    assert reply.citations == engine.ask(ATTENDED).citations
    typed = engine.ask("who atended the meting?", as_typed=True)
    assert (typed.searched_for, typed.found) == (typed.question, False)
    later = engine.ask("Who was in the greenhose with them?", [turn_of(reply)])
    assert later.searched_for.startswith("Who was in the greenhouse ")
    assert engine.ask("who attended the the meeting?").searched_for == ATTENDED


def test_only_what_is_relevant_is_shown_as_near(
    settings: Settings, encoder: WordsEncoder, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    assert [near.source for near in engine.ask(NEAR_FERRY).near] == ["letters/ferry.txt"]
    profiles.use(monkeypatch, replace(profiles.PROFILE, near=0.99))
    assert Engine(settings, encoder).ask(NEAR_FERRY).near == ()


@pytest.mark.parametrize("said", ["🙂", "?!", "👍🏽", "…", "❤️"])
def test_what_has_no_words_is_not_searched(engine: Engine, said: str):
    reply = engine.ask(said)
    assert (reply.talk, reply.found, reply.near, reply.citations) == ("wordless", False, (), ())
    assert engine.ask(said, as_typed=True).talk == ""


def test_a_follow_up_that_asks_for_a_list_gets_one(engine: Engine):
    came = engine.ask(ATTENDED)
    reply = engine.ask("Who else?", [turn_of(came)])
    assert reply.searched_for == "Who else attended the meeting?"
    assert reply.citations == engine.ask(reply.searched_for).citations


# ------------------------------------------------------------------------------------------ pictures

PAGES = ("The boat leaves at nine.", "The tide turns at noon.\nThe bar opens at six.")


@pytest.fixture
def paged(engine: Engine, docs: Path) -> Engine:
    """The engine with a document of two pages."""
    pytest.importorskip("pypdfium2")
    (docs / "sailing.pdf").write_bytes(pages.pdf(*PAGES))
    engine.build()
    return engine


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in pixels."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def picture(engine: Engine, source: str, page: str, quote: tuple[int, int] | None, scale: float) -> bytes:
    pages = engine.paged(source, quote)
    return engine.draw(pages, pages.number_of(page), scale)


def test_a_page_as_a_picture(paged: Engine):
    first, second = (picture(paged, "sailing.pdf", page, None, 2.0) for page in ("1", "2"))
    assert size(first) == size(second) == (600, 400)
    assert first != second
    assert size(picture(paged, "sailing.pdf", "1", None, 1.0)) == (300, 200)


def test_a_quote_is_marked_on_the_page_that_it_stands_on(paged: Engine):
    text = paged.document("sailing.pdf").text
    start = text.index("The tide")
    quote = (start, start + len("The tide turns at noon."))
    plain, marked = (picture(paged, "sailing.pdf", "2", one, 1.0) for one in (None, quote))
    assert size(marked) == size(plain)
    assert marked != plain
    other, unmarked = (picture(paged, "sailing.pdf", "1", one, 1.0) for one in (quote, None))
    assert other == unmarked  # it stands elsewhere


def test_a_citation_of_a_pdf_knows_its_page(paged: Engine):
    [cited, *_] = paged.ask("When does the tide turn?").citations
    assert (cited.source, cited.place.page) == ("sailing.pdf", "2")
    assert cited.quote == "The tide turns at noon."
    assert paged.document("sailing.pdf").text[cited.start : cited.end] == cited.quote


@pytest.mark.parametrize(
    ("source", "page", "message"),
    [
        ("sailing.pdf", "3", "sailing.pdf has the pages 1 to 2, not 3."),
        ("sailing.pdf", "0", "sailing.pdf has the pages 1 to 2, not 0."),
        ("sailing.pdf", "", "sailing.pdf has the pages 1 to 2, not ."),
        ("sailing.pdf", "-1", "sailing.pdf has the pages 1 to 2, not -1."),
        ("sailing.pdf", "iv", "sailing.pdf has the pages 1 to 2, not iv."),
        ("soup.txt", "1", "soup.txt has no pages that can be drawn."),
    ],
)
def test_a_page_that_is_not_there(paged: Engine, source: str, page: str, message: str):
    with pytest.raises(UnknownSource) as caught:
        picture(paged, source, page, None, 1.0)
    assert str(caught.value) == message


def test_a_page_of_an_unknown_document(paged: Engine):
    with pytest.raises(UnknownSource, match=r"There is no document 'sailing\.pd' in the index\."):
        picture(paged, "sailing.pd", "1", None, 1.0)


def test_a_page_of_a_file_that_changed_is_not_drawn(paged: Engine, docs: Path):
    (docs / "sailing.pdf").write_bytes(pages.pdf("The boat is sold."))
    with pytest.raises(UnknownSource) as caught:
        picture(paged, "sailing.pdf", "1", None, 1.0)
    assert str(caught.value) == "sailing.pdf changed since it was indexed. Run `docent index` first."
    (docs / "sailing.pdf").unlink()
    with pytest.raises(UnknownSource) as caught:
        picture(paged, "sailing.pdf", "1", None, 1.0)
    assert str(caught.value) == "sailing.pdf cannot be read: No such file or directory."


def test_a_page_without_an_index(settings: Settings, encoder: WordsEncoder, docs: Path):
    pytest.importorskip("pypdfium2")
    (docs / "sailing.pdf").write_bytes(pages.pdf(*PAGES))
    engine = Engine(settings, encoder)
    assert size(picture(engine, "sailing.pdf", "2", None, 1.0)) == (300, 200)


def test_a_page_of_an_attachment(engine: Engine, docs: Path):
    pytest.importorskip("pypdfium2")
    mail = EmailMessage()
    mail["Subject"] = "Sailing plan"
    mail.set_content("See the plan.")
    mail.add_attachment(pages.pdf(*PAGES), maintype="application", subtype="pdf", filename="plan.pdf")
    (docs / "mail.eml").write_bytes(bytes(mail))
    engine.build()
    assert size(picture(engine, "mail.eml/plan.pdf", "2", None, 1.0)) == (300, 200)
