"""The report: exact text and JSON, and a page that nothing in documents or questions can break out of."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import report
from bot.evaluation.figures import Measured, measure
from bot.evaluation.page import html
from bot.evaluation.questions import Collection, Question
from bot.evaluation.run import Outcome, Quote
from bot.plain import line
from bot.settings import Settings

HEAD = report.Head(("q.jsonl",), ("far.json",), "words", "docent", "0.1.0", 0)
QUESTIONS = (Question("What is it?", "fact", ("a lamp",)), Question("Who?", "foreign"))
FIRST = Outcome(
    rank=2,
    span_f1=0.5,
    lead_f1=0.75,
    confidence=0.15,
    quotes=(Quote("a.txt", "paragraph 1", "It is a lamp.", (0,)),),
    exact=1,
    stages={"encode": 1.25, "search": 0.5},
    elapsed_ms=1.75,
)
SECOND = Outcome(
    rank=None,
    span_f1=None,
    lead_f1=None,
    confidence=0.9,
    quotes=(Quote("b.txt", "paragraph 2", "A man & a dog.", ()),),
    exact=1,
    stages={"encode": 1.25, "search": 0.5},
    elapsed_ms=1.75,
)
COLLECTION = Collection(QUESTIONS, (), {"to be reviewed": 3})

TABLES = """\
2 questions (1 fact, 1 foreign), asked with words and the reader docent; nothing is claimed below 0.18.

Left out: 3 to be reviewed.

| figure                        | value | 95 % interval | of |
|-------------------------------|------:|--------------:|---:|
| passage R@1                   | 0.000 |   0.000–0.000 |  1 |
| passage R@3                   | 1.000 |   1.000–1.000 |  1 |
| passage R@5                   | 1.000 |   1.000–1.000 |  1 |
| passage R@10                  | 1.000 |   1.000–1.000 |  1 |
| passage MRR@10                | 0.500 |   0.500–0.500 |  1 |
| quote hit@1                   | 1.000 |   1.000–1.000 |  1 |
| quote hit@3                   | 1.000 |   1.000–1.000 |  1 |
| span F1, in the right passage | 0.500 |   0.500–0.500 |  1 |
| led by the words themselves   | 1.000 |   1.000–1.000 |  1 |
| F1 of these words             | 0.750 |   0.750–0.750 |  1 |
| answered, of the answerable   | 0.000 |   0.000–0.000 |  1 |
| answered, of the foreign      | 1.000 |   1.000–1.000 |  1 |
| AUROC, foreign                | 0.000 |   0.000–0.000 |  2 |
| foreign answered at 95 %      | 1.000 |   1.000–1.000 |  2 |
| area under risk–coverage      | 0.750 |   0.000–1.000 |  2 |
| Brier score                   | 0.766 |   0.722–0.810 |  2 |
| calibration error             | 0.875 |   0.850–0.900 |  2 |
| quotes that are exact         | 1.000 |   1.000–1.000 |  2 |

| milliseconds | p50 | p95 |
|--------------|----:|----:|
| encode       | 1.2 | 1.2 |
| search       | 0.5 | 0.5 |
| total        | 1.8 | 1.8 |"""


@pytest.fixture
def measured() -> Measured:
    return measure(QUESTIONS, (FIRST, SECOND), threshold=0.18, seed=0)


def test_the_tables(measured: Measured):
    assert report.markdown(HEAD, COLLECTION, measured) == TABLES


@pytest.mark.slow
def test_every_figure_has_a_label():
    kinds = ("fact", "list", "unanswerable", "foreign")
    asked = [Question("?", kind, ("x",)) for kind in kinds]  # type: ignore[arg-type]
    assert [*measure(asked, [FIRST] * 4, threshold=0, seed=0).figures] != []
    assert {*measure(asked, [FIRST] * 4, threshold=0, seed=0).figures} == {*report.LABELS}


@pytest.mark.parametrize(("reader", "said"), [("none", "no reader"), ("some/model", "the reader some/model")])
def test_the_models_are_named(measured: Measured, settings: Settings, reader: str, said: str):
    chosen = replace(settings, reader=replace(settings.reader, model=reader))
    head = report.Head.of([Path("q.jsonl")], [], chosen, seed=3)
    assert (head.model, head.reader, head.version, head.seed) == (
        settings.encoder.model, reader, version("docent-bot"), 3,
    )  # fmt: skip
    assert f"asked with {head.model} and {said}; nothing" in report.markdown(head, COLLECTION, measured)


def test_json(measured: Measured):
    found = report.to_json(HEAD, COLLECTION, measured)
    assert (found["files"], found["foreign"], found["seed"]) == (("q.jsonl",), ("far.json",), 0)
    assert (found["questions"], found["skipped"]) == ({"fact": 1, "foreign": 1}, {"to be reviewed": 3})
    assert found["figures"]["passage_mrr10"] == {"value": 0.5, "low": 0.5, "high": 0.5, "count": 1}
    assert found["latency_ms"]["total"] == {"p50": 1.75, "p95": 1.75}
    assert found["risk_coverage"] == ((0.5, 1.0), (1.0, 0.5))
    assert found["sure_and_wrong"] == [
        {
            "question": "Who?",
            "kind": "foreign",
            "evidence": (),
            "confidence": 0.9,
            "rank": None,
            "quoted": [{"source": "b.txt", "quote": "A man & a dog."}],
        }
    ]
    assert [miss["question"] for miss in found["declined"]] == ["What is it?"]


class Page(HTMLParser):
    """Tags with their attributes, and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page(measured: Measured):
    page = Page(html(HEAD, COLLECTION, measured))
    assert (page.tags["svg"], page.tags["figure"], page.tags["table"]) == (2, 2, 2)
    text = "\n".join(page.texts)
    for wanted in (
        "q.jsonl. Foreign questions from far.json.",
        "Left out: 3 to be reviewed.",
        "Sure, and wrong",
        "foreign · confidence 90%",
        "A man & a dog.",
        "Declined, though the documents answer",
        "fact · confidence 15% · right passage is number 2",
        "The dot is the threshold in use, 0.18: 50% answered, 100.0% of these wrongly.",
    ):
        assert wanted in text


def test_the_page_runs_and_fetches_nothing(measured: Measured):
    source = html(HEAD, COLLECTION, measured)
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & page.tags.keys()
    assert not {"src", "href", "action", "style"} & {name for name, _ in page.attributes}
    assert "url(" not in source
    assert "@import" not in source
    assert "http" not in source


EVIL = st.sampled_from(["<script>alert(1)</script>", "\"'><b>", "&lt;", "\u202eevil", "</style><p>"])


@given(st.text("<>&\"' abc;", min_size=1, max_size=20).filter(line) | st.text().filter(line) | EVIL)
def test_nothing_breaks_out(evil: str):
    def page(text: str, stage: str) -> str:
        question = Question(text, "fact", (text,))
        quotes = (Quote(text, text, text, ()),)
        bad = replace(FIRST, quotes=quotes, confidence=0.9, stages={stage: 1.0})
        head = report.Head((text,), (text,), text, text, text, 0)
        collection = Collection((question,), (), {text: 1})
        measured = measure((question,), (bad,), threshold=0.18, seed=0, rounds=5)
        return html(head, collection, measured)

    shown = page(evil, f"stage {evil}")
    assert Page(shown).tags == Page(page("plain", "stage")).tags
    assert "\u202e" not in shown
    assert line(evil) in "".join(Page(shown).texts)


@pytest.mark.slow
def test_plots_of_no_risk_at_all_and_of_nothing_answered():
    good = measure(QUESTIONS[:1], [replace(FIRST, confidence=1.0)], threshold=0.18, seed=0)
    page = html(HEAD, COLLECTION, good)
    assert "Sure, and wrong" not in page
    assert "1.0%</text>" in page  # the scale still has a top
    nothing = measure(QUESTIONS[1:], [replace(SECOND, quotes=(), confidence=0.0)], threshold=0.18, seed=0)
    assert '<circle class=dot r="5.5"' not in html(HEAD, COLLECTION, nothing)
    assert "nan" not in html(HEAD, COLLECTION, nothing)
