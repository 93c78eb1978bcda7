"""Fits how sure an unasked answer has to be, and says what came of that where it was not fitted.

    python -m benchmarks.interjecting ask NAME QUESTIONS DOCS [--foreign FILE]... [--chat]
    python -m benchmarks.interjecting [--write]

The first asks a collection its questions, those of foreign files, which it cannot answer, and the messages
of ``chat.tsv`` that no judge has learned from, and appends a row for each to
``benchmarks/data/interjecting.tsv``: no texts, but the signs of ``bot/answering/interjecting.py`` and
whether one of at most three quotes answers; ``read`` where not the key but a person says so. QUESTIONS of
SQuAD's format bring their documents, which are laid out in DOCS.

The second fits a logistic regression to one half of the rows, by collections, by articles, and for what no
document answers, by questions; finds there the lowest bar at which so few of what is said are wrong that
at most 2 in 100 are elsewhere, both by answers and where each kind of collection counts alike, however many
its questions; and tells of the other half how often it spoke and was wrong. ``--write`` keeps that in
``bot/answering/profiles/``.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec.structs import astuple
from sklearn.linear_model import LogisticRegression

from benchmarks.asked import chatter
from benchmarks.machine import table
from bot.answering.interjecting import MOST_QUOTES, Bar, Signs, asked, logit
from bot.answering.judges import FOLDER
from bot.engine import Engine
from bot.evaluation import run
from bot.evaluation.questions import Question, lay_out, read
from bot.settings import load

DATA = Path(__file__).parent / "data" / "interjecting.tsv"
COMMAND = "python -m benchmarks.interjecting --write"
MOST_WRONG = 0.0075
"""Of what is said unasked, in the half that is fitted to and with one more counted (Laplace's rule of
succession): by 0.02, 0.015 or 0.01 it is more than 2 in 100 of the other half, by this it is less.
"""
STEP = 0.7  # by which a 👎 raises the bar: it halves the odds that an answer is wrong
FITTED_COLLECTIONS = (
    "18f",
    "18f-b",
    "written-cookbook",
)  # beside half of the articles; the others are reported on


class Row(NamedTuple):
    """What came of a message; ``asked`` is None where it is taken for no question to anybody."""

    collection: str
    article: str
    kind: str  # answerable, unanswerable, foreign or chat
    asked: float | None
    confidence: float
    quotes: int
    right: bool

    @property
    def is_own(self) -> bool:
        """Whether it was written for the collection."""
        return self.kind in ("answerable", "unanswerable")

    @property
    def kind_of_collection(self) -> str:
        """What the collection is one of."""
        return {"squad": "SQuAD", "x": "XQuAD"}.get(self.collection.partition("-")[0], "handbooks")

    @property
    def is_considered(self) -> bool:
        """Whether it gets as far as to be weighed."""
        return self.asked is not None and 0 < self.quotes <= MOST_QUOTES

    @property
    def is_fitted_to(self) -> bool:
        """Whether it belongs to the half that numbers are fitted to."""
        if self.is_own and self.article == self.collection:
            return self.collection in FITTED_COLLECTIONS
        return sha256(self.article.encode()).digest()[0] % 2 == 0

    @property
    def signs(self) -> Signs:
        """Those of its answer."""
        return Signs(asked=self.asked or 0.0, sure=logit(self.confidence), beside=self.quotes - 1.0)


def rows() -> list[Row]:
    """All that was asked."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                one["collection"],
                one["article"],
                one["kind"],
                float(one["asked"]) if one["asked"] else None,
                float(one["confidence"]),
                int(one["quotes"]),
                one["right"] != "0",
            )
            for one in csv.DictReader(file, delimiter="\t")
        ]


def answered(engine: Engine, name: str, todo: list[tuple[str, Question]]) -> Iterator[Row]:
    """Ask questions of kinds."""
    for kind, question in todo:
        vector = engine.encoder.encode_questions([question.text])[0]
        certainty = asked(question.text, vector, engine.encoder.fingerprint)
        outcome = run.ask(engine, question) if certainty is not None else None
        own = kind in ("answerable", "unanswerable")
        place = question.place.source if question.place else name
        yield Row(
            name,
            place if own else sha256(question.text.encode()).hexdigest()[:8],
            kind,
            certainty,
            outcome.confidence if outcome else 0.0,
            len(outcome.quotes) if outcome else 0,
            bool(outcome and kind == "answerable" and outcome.right),
        )


def ask(name: str, file: Path, docs: Path, foreign: list[Path], *, chat: bool) -> None:
    """Ask a collection, and append what comes of it."""
    collection = read([file], foreign)
    if collection.articles:
        lay_out(collection.articles, docs)
    settings = load(environment=os.environ, flags={"documents.folder": str(docs)})
    engine = Engine(replace(settings, answer=replace(settings.answer, threshold=0.0)))
    engine.build()
    own = {question.key for question in read([file]).questions}
    todo = [
        (("answerable" if one.answerable else "unanswerable") if one.key in own else "foreign", one)
        for one in collection.questions
    ]
    todo += [("chat", Question(text, "unanswerable")) for text, _ in chatter("held")] if chat else []
    with DATA.open("a", encoding="utf-8", newline="") as output:
        for row in answered(engine, name, todo):
            print(*_cells(row), sep="\t", file=output, flush=True)


def _cells(row: Row) -> list[str]:
    certainty = "" if row.asked is None else f"{row.asked:.2f}"
    right = str(int(row.right))
    return [row.collection, row.article, row.kind, certainty, f"{row.confidence:.4f}", str(row.quotes), right]


def fit(known: list[Row]) -> Bar:
    """The bar of these rows, without the model's fingerprint.

    Raises:
        ValueError: no bar is high enough.
    """
    considered = [row for row in known if row.is_considered]
    signs, right = (
        np.array([astuple(row.signs) for row in considered]),
        np.array([row.right for row in considered]),
    )
    counts = Counter(row.kind_of_collection for row in considered if row.is_own)
    weights = np.array([1 / counts[row.kind_of_collection] for row in considered])
    weights *= len(considered) / weights.sum()
    model = LogisticRegression(max_iter=2000).fit(signs, right, weights)
    sums = model.decision_function(signs)
    best_first = np.argsort(-sums, kind="stable")
    said, wrong = np.cumsum(weights[best_first]), np.cumsum((weights * ~right)[best_first])
    counted = np.cumsum(~right[best_first]) + 1 <= MOST_WRONG * (np.arange(len(right)) + 3)
    enough = np.flatnonzero(counted & (wrong <= MOST_WRONG * said))
    if not len(enough):
        raise ValueError("there is no bar at which so few are wrong")
    least = float(sums[best_first[enough[-1]]])
    return Bar(
        command=COMMAND,
        encoder="",
        weights=Signs(*(round(float(one), 3) for one in model.coef_[0])),
        bias=round(float(model.intercept_[0]), 3),
        least=round(least, 3),
        step=STEP,
    )


def report(bar: Bar, known: list[Row]) -> str:
    """What is said of rows, by kinds."""
    groups: dict[str, list[Row]] = {}
    for row in known:
        groups.setdefault(f"{row.kind}, {row.kind_of_collection}" if row.is_own else row.kind, []).append(row)
    lines = []
    for kind, of in [*sorted(groups.items()), ("all", known)]:
        said = [row for row in of if row.is_considered and bar.passes(bar.sum(row.signs))]
        wrong = sum(not row.right for row in said)
        share = f"{wrong / len(said):.1%}" if said else ""
        lines.append([kind, len(of), len(said), f"{1000 * len(said) / len(of):.0f}", wrong, share])
    return table(["", "messages", "answered", "per 1,000", "wrong", "of the answers"], lines)


def write(bar: Bar, encoder: str, name: str) -> None:
    """Keep it for an encoder."""
    weights = ", ".join(f"{sign} = {getattr(bar.weights, sign)}" for sign in bar.weights.__struct_fields__)
    text = (
        f'command = "{bar.command}"\nencoder = "{encoder}"\nweights = {{ {weights} }}\nbias = {bar.bias}\n'
        f"least = {bar.least}\nstep = {bar.step}\n"
    )
    (FOLDER / f"interjecting-{name}.toml").write_text(text, encoding="utf-8")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep what was fitted")
    asking = parser.add_subparsers().add_parser("ask", help="gather rows")
    asking.add_argument("name")
    asking.add_argument("file", type=Path)
    asking.add_argument("docs", type=Path)
    asking.add_argument("--foreign", type=Path, action="append", default=[])
    asking.add_argument("--chat", action="store_true", help="ask the messages of chat.tsv too")
    arguments = parser.parse_args()
    if "name" in arguments:
        ask(arguments.name, arguments.file, arguments.docs, arguments.foreign, chat=arguments.chat)
        return
    known = rows()
    fitted, others = ([row for row in known if row.is_fitted_to is half] for half in (True, False))
    bar = fit(fitted)
    print(
        f"fitted to {len(fitted)}:\n{report(bar, fitted)}\n\nthe other {len(others)}:\n{report(bar, others)}"
    )
    if arguments.write:
        from index.joining import encoder_of

        encoder = encoder_of(load(environment=os.environ))
        write(bar, encoder.fingerprint, encoder.name)


if __name__ == "__main__":
    main()
