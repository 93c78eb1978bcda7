"""Asking: what is judged, and that a run goes on where it stopped."""

import json
import os
from dataclasses import replace
from pathlib import Path

import filelock
import pytest

from bot.engine import Engine
from bot.evaluation import run as module
from bot.evaluation.figures import measure
from bot.evaluation.questions import Collection, Question, read
from bot.evaluation.run import Outcome, Quote, ask, run, work_file
from bot.reader.together import Readers
from bot.settings import Settings, load
from index.building.progress import Silent
from index.errors import IndexMissing, QuestionsError, StateError
from index.serving import ServedEncoder
from tests.conftest import WordsEncoder
from tests.reader.words import WordReader


def timeless(outcomes: list[Outcome]) -> list[Outcome]:
    return [replace(outcome, stages={}, elapsed_ms=0.0) for outcome in outcomes]


class Told(Silent):
    """Keeps what a run tells of its progress; ``stop`` interrupts after so many questions."""

    def __init__(self, stop: int = -1) -> None:
        self.stages: list[tuple[str, int]] = []
        self.steps = 0
        self._stop = stop

    def stage(self, name: str, total: int) -> None:
        self.stages.append((name, total))
        self.steps = 0

    def advance(self, steps: int) -> None:
        self.steps += steps
        if self.stages[-1][0] == "asking questions" and self.steps == self._stop:
            raise KeyboardInterrupt


def words_engine(settings: Settings) -> Engine:
    return Engine(settings, WordsEncoder())


def run_it(settings: Settings, collection: Collection, **options: object) -> list[Outcome]:
    return run(settings, collection, engine_of=words_engine, **options)  # type: ignore[arg-type]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that engines are asked."""
    heard: list[str] = []
    plain = Engine.ask
    monkeypatch.setattr(Engine, "ask", lambda self, question: heard.append(question) or plain(self, question))
    return heard


# ------------------------------------------------------------------------------------------ judging


def test_a_question_asked_of_the_index(engine: Engine, club: Path):
    hall, ferry, who, zebra = (ask(engine, question) for question in read([club]).questions)
    assert hall.rank == ferry.rank == 1
    assert (hall.right, ferry.right, who.right, zebra.right) == (True, True, True, False)
    assert hall.quotes[0] == Quote(
        "minutes.md",
        "paragraph 1",
        "The meeting was held in the village hall on 3 May 2024.",
        (0,),
    )
    assert (who.rank, [quote.gives for quote in who.quotes]) == (None, [(0,)])
    assert list(who.stages) == ["encode", "search", "fuse", "read", "compose", "check files"]
    assert sum(who.stages.values()) == pytest.approx(who.elapsed_ms)
    assert (who.exact, zebra.quotes, zebra.confidence) == (1, (), 0.0)  # at the threshold in use


@pytest.mark.parametrize(
    ("evidence", "gives"),
    [
        ("**honey** cake | 4", (0,)),  # as it stands in the document
        ("stall: honey cake · price: 4", (0,)),  # as it is shown
        ("honey cake · price: 4", (0,)),
        ("honey cake | 4", ()),
        ("apple pie", ()),
    ],
)
def test_a_quote_gives_what_it_holds_or_shows(
    engine: Engine, docs: Path, evidence: str, gives: tuple[int, ...]
):
    (docs / "fair.md").write_text("| stall | price |\n|---|---|\n| **honey** cake | 4 |\n", encoding="utf-8")
    engine.build()
    outcome = ask(engine, Question("What is the price of a honey cake?", "fact", (evidence,)))
    assert outcome.quotes[0] == Quote("fair.md", "row 1", "stall: honey cake · price: 4", gives)
    assert outcome.exact == len(outcome.quotes)


def test_words_that_answer_are_compared_with_the_accepted_answers(engine: Engine):
    reader = WordReader({"the village hall": 12.0, "Tuesday": 12.0})
    engine = Engine(engine.settings, engine.encoder, Readers(reader))
    hall = ask(engine, Question("Where was the meeting held?", "fact", ("in the village hall",)))
    assert (hall.span_f1, hall.lead_f1) == (pytest.approx(0.8), pytest.approx(0.8))
    wrong = ask(engine, Question("When does the ferry to Iceland leave?", "fact", ("from Hirtshals",)))
    assert (wrong.span_f1, wrong.lead_f1) == (0.0, 0.0)
    nowhere = ask(engine, Question("When does the ferry to Iceland leave?", "fact", ("on Friday",)))
    assert (nowhere.rank, nowhere.span_f1, nowhere.lead_f1) == (None, None, 0.0)
    hopeless = ask(engine, Question("When does the ferry to Iceland leave?", "unanswerable"))
    assert (hopeless.span_f1, hopeless.lead_f1) == (None, None)


@pytest.mark.parametrize("reader", [None, WordReader({"Tuesday": 12.0}, points=False)])
def test_without_words_there_is_nothing_to_compare(engine: Engine, reader: WordReader | None):
    asked = Question("When does the ferry to Iceland leave?", "fact", ("on Tuesday",))
    outcome = ask(Engine(engine.settings, engine.encoder, Readers(reader)), asked)
    assert (outcome.rank, outcome.span_f1, outcome.lead_f1) == (1, None, None)


def test_passages_are_ranked_as_they_were_weighed(engine: Engine):
    asked = Question("When does the ferry to Iceland leave?", "fact", ("half an hour",))
    plain = ask(engine, asked).rank
    assert plain is not None
    assert plain > 1
    sure = Readers(WordReader({"half an hour": 30.0}))
    assert ask(Engine(engine.settings, engine.encoder, sure), asked).rank == 1


def test_quotes_are_checked_against_the_document(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    answer = engine.ask("When does the ferry to Iceland leave?")
    assert len(answer.citations) == 2
    first, second = answer.citations
    broken = replace(answer, citations=(replace(first, start=first.start + 1), second))
    monkeypatch.setattr(engine, "ask", lambda _: broken)
    assert ask(engine, Question("?", "unanswerable")).exact == 1
    broken = replace(answer, citations=(first, replace(second, passage="another")))
    assert ask(engine, Question("?", "unanswerable")).exact == 1


def test_no_threshold_applies_while_asking(engine: Engine, settings: Settings, club: Path):
    zebra = run_it(settings, read([club]))[3]
    assert zebra.quotes
    assert 0 < zebra.confidence < settings.answer.threshold


def test_squad_brings_its_documents(settings: Settings, lighthouse: Path, bread: Path):
    collection = read([lighthouse], [bread])
    told = Told()
    outcomes = run_it(settings, collection, progress=told)
    assert told.stages[0] == ("reading documents", 1)
    assert told.stages[-1] == ("asking questions", 5)
    assert [outcome.rank for outcome in outcomes] == [1, 1, None, 1, None]
    assert [outcome.right for outcome in outcomes] == [True, True, False, True, False]
    assert outcomes[0].quotes[0].source == "lighthouse-0/Ronsund__lighthouse_.txt"
    assert not settings.index_folder().exists()


def test_an_index_has_to_be_there(settings: Settings, club: Path):
    with pytest.raises(IndexMissing):
        run_it(settings, read([club]))


# ---------------------------------------------------------------------------------------- going on


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 2, 4])
def test_an_interrupted_run_goes_on_where_it_stopped(
    settings: Settings, lighthouse: Path, asked: list[str], after: int
):
    collection = read([lighthouse])
    with pytest.raises(KeyboardInterrupt):
        run_it(settings, collection, progress=Told(stop=after))
    texts = [question.text for question in collection.questions]
    assert asked == ["?", *texts[:after]]
    asked.clear()
    told = Told()
    outcomes = run_it(settings, collection, progress=told)
    assert asked == (["?", *texts[after:]] if after < 4 else [])
    assert told.steps == (4 if after < 4 else 0)
    assert timeless(outcomes) == timeless(run_it(settings, collection, fresh=True))
    assert asked[-4:] == texts


def test_a_finished_run_builds_and_asks_nothing(settings: Settings, lighthouse: Path, asked: list[str]):
    collection = read([lighthouse])
    first = run_it(settings, collection)
    asked.clear()
    told = Told()
    assert run_it(settings, collection, progress=told) == first
    assert (asked, told.stages) == ([], [])


def test_a_line_cut_short_is_asked_again(settings: Settings, lighthouse: Path, asked: list[str]):
    collection = read([lighthouse])
    outcomes = run_it(settings, collection)
    file = work_file(
        replace(settings, answer=replace(settings.answer, threshold=0.0)), collection, words_engine
    )
    whole = file.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for rest in (last[:9], last[:-1], b"\xff\n", b"{}\n"):
        file.write_bytes(whole.removesuffix(last) + rest)
        asked.clear()
        assert timeless(run_it(settings, collection)) == timeless(outcomes)
        assert asked == ["?", collection.questions[-1].text]
        assert len(file.read_bytes().splitlines()) == 4


def test_a_larger_sample_asks_only_what_is_new(settings: Settings, lighthouse: Path, asked: list[str]):
    collection = read([lighthouse])
    run_it(settings, collection.sample(2, seed=3))
    asked.clear()
    run_it(settings, collection.sample(3, seed=3))
    assert len(asked) == 2  # one and the first, which opens files


def test_what_outcomes_depend_on(
    engine: Engine, settings: Settings, docs: Path, lighthouse: Path, bread: Path, club: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    def file(settings: Settings, collection: Collection) -> str:
        return work_file(settings, collection, words_engine).name

    lines, stories = read([club]), read([lighthouse])
    names = [file(settings, lines), file(settings, stories), file(settings, read([bread]))]
    more = replace(settings, answer=replace(settings.answer, quotes=5))
    names += [file(more, lines), file(more, stories)]
    assert [file(settings, lines), file(settings, stories)] == names[:2]
    read_by = replace(settings, reader=replace(settings.reader, sentences=5))
    names += [file(read_by, lines), file(read_by, stories)]
    reader = WordReader({"on Tuesday": 3.0})
    for fingerprint in ("one", "another"):
        reader.fingerprint = fingerprint
        names.append(work_file(settings, lines, lambda s: Engine(s, WordsEncoder(), Readers(reader))).name)
    elsewhere = replace(settings, telegram=replace(settings.telegram, access="open"))
    assert file(elsewhere, lines) == names[0]
    (docs / "new.txt").write_text("Something new.", encoding="utf-8")
    engine.build()
    assert file(settings, stories) == names[1]
    names.append(file(settings, lines))
    monkeypatch.setattr(module, "code", lambda: "other")
    names.append(file(settings, stories))
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    names.append(file(settings, stories))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["engine.py", "answering/profiles/tiny.toml", "profiles/intents-x.json"])
def test_outcomes_depend_on_all_files_that_may_change_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("bias = 1", encoding="utf-8")
    monkeypatch.setattr(module.bot, "__path__", [str(tmp_path)])
    before = module.code()
    assert before == module.code()
    file.write_text("bias = 2", encoding="utf-8")
    assert module.code() != before


def test_an_index_that_is_renewed_meanwhile(engine: Engine, settings: Settings, docs: Path, club: Path):
    class Renewing(Told):
        def advance(self, steps: int) -> None:
            super().advance(steps)
            if self.stages[-1][0] == "asking questions" and self.steps == 2:
                (docs / "new.txt").write_text("Something new.", encoding="utf-8")
                engine.build()

    with pytest.raises(QuestionsError, match="renewed"):
        run_it(settings, read([club]), progress=Renewing())
    assert len(run_it(settings, read([club]))) == 4


def test_the_same_questions_asked_by_another(engine: Engine, settings: Settings, club: Path):
    at_zero = replace(settings, answer=replace(settings.answer, threshold=0.0))
    file = work_file(at_zero, read([club]), words_engine)
    file.parent.mkdir(parents=True)
    with (
        filelock.FileLock(file.with_suffix(".lock")),
        pytest.raises(StateError, match="another `docent eval`"),
    ):
        run_it(settings, read([club]))
    run_it(settings, read([club]))


def test_outcomes_that_cannot_be_kept(engine: Engine, settings: Settings, club: Path):
    (settings.state_folder() / "evaluations").write_text("in the way")
    with pytest.raises(StateError, match="The outcomes cannot be kept in"):
        run_it(settings, read([club]))


def test_only_the_newest_work_files_are_kept(engine: Engine, settings: Settings, club: Path):
    folder = settings.state_folder() / "evaluations"
    folder.mkdir(parents=True)
    for age in range(25):
        file = folder / f"{age}.jsonl"
        file.touch()
        os.utime(file, (1000 - age, 1000 - age))
    run_it(settings, read([club]))
    left = {file.name for file in folder.glob("*.jsonl")}
    assert len(left) == 20
    assert {f"{age}.jsonl" for age in range(19)} < left


# ------------------------------------------------------------------------------------ the real model


@pytest.mark.slow
def test_the_real_model(tmp_path: Path, lighthouse: Path, bread: Path, real_encoder: ServedEncoder):
    settings = load(flags={"state.folder": str(tmp_path / "state"), "reader.model": "none"})
    collection = read([lighthouse], [bread])
    outcomes = run(settings, collection, engine_of=lambda settings: Engine(settings, real_encoder))
    measured = measure(collection.questions, outcomes, threshold=settings.answer.threshold, seed=0)
    found = {name: figure.value for name, figure in measured.figures.items()}
    assert found["passage_r1"] == found["quote_hit1"] == found["exact"] == 1
    assert (found["answered"], found["answered_foreign"], found["auroc_foreign"]) == (1, 0, 1)
    json.dumps(found)
