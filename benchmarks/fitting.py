"""Fits how retrieval and the reader are put together, and says what comes of it on questions not fitted to.

    python -m benchmarks.fitting --squad FILE ... --squad2 FILE [--folder QUESTIONS.jsonl ...]
        [--languages FILE ...] [--cases FILE ...] [--written FILE ...] [--cache FILE] [--write]

All that a search returns is read, so that every weighting can be tried on the same readings
(benchmarks/readings.py). What is fitted:

- ``ranking``: a softmax over the units of each question gives the right ones the most probability
  (Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", 2007), held by a penalty;
  their scale and bias make them the log-odds that a unit among the first three is right;
- ``evidence``: the same of retrieval alone, its weights divided by their sum;
- ``sure``: a logistic regression that tells from the best unit whether one of the first three is right;
- ``found``: the same by retrieval alone.

The table is of five folds; articles, folders and cases are in one fold each.
"""

from __future__ import annotations

import argparse
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import readings
from benchmarks.readings import Row
from bot.answering.profile import LEAST_SHARE, file_of
from bot.settings import load
from index import catalogue
from index.records import Features

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

NAMES = Features.__struct_fields__
READER = ("answers", "share")
USED = (
    "unit_cosine", "unit_coverage", "entry_coverage", "around_coverage", "around_coverage_smooth",
    "around_phrases", "passage_cosine", "passage_coverage", "passage_phrases", "passage_fused",
    "numbers_missing", "names_missing", "numbers_missing_around", "names_missing_around", "is_name",
    "is_entry", "is_code",
)  # fmt: skip
SURE = (
    "unit_cosine", "around_coverage_smooth", "passage_cosine", "passage_coverage_smooth", "numbers_missing",
    "names_missing", "numbers_missing_around", "names_missing_around", "is_name",
)  # fmt: skip
COUNTS = {"squad": 1.0, "languages": 0.5, "natural": 2.0, "cases": 1.0, "collections": 0.5, "written": 1.0}
"""What a question counts: there are many of written collections and of SQuAD's for one of the others."""
SURE_COUNTS = {**COUNTS, "collections": 0.15, "written": 0.3}
"""The same where it is fitted how sure answers are: lures beside written ones are meaner than elsewhere."""
NOTHING = {
    "foreign": 1.0, "seeming": 0.1, "natural nothing": 2.0, "cases nothing": 1.0, "written nothing": 0.15,
    "collections nothing": 0.15, "twisted": 0.7,
}  # fmt: skip
"""The same of questions that nothing answers; those written to look answerable are not what people ask."""
PENALTY = 10.0
SURE_PENALTY = 0.3  # inverse strength
FOLDS = 5
MEMBERS = "\n[members]"  # what follows it in a profile is not fitted here
QUESTIONS = 1300


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's units as arrays: features and what the reader says, and what is right."""

    row: Row
    columns: Numbers
    passages: NDArray[np.int64]
    passage_right: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @classmethod
    def of(cls, row: Row) -> Asked:
        """From a row."""
        table = np.array(row.units, np.float64)
        features, (answers, share, passages, passage_right, right) = table[:, :-5], table[:, -5:].T
        columns = np.column_stack([features, answers, np.log(share + LEAST_SHARE)])
        return cls(row, columns, passages.astype(np.int64), passage_right > 0, right > 0)

    @property
    def counts(self) -> float:
        """What the question counts in a fit of an order."""
        return COUNTS[self.row.kind]

    @property
    def sure_counts(self) -> float:
        """What it counts where it is fitted how sure answers are."""
        return {**SURE_COUNTS, **NOTHING}[self.row.kind]

    def best(self, weights: Numbers) -> NDArray[np.int64]:
        """Its units, best first."""
        return np.argsort(-(self.columns @ weights), kind="stable")


def columns_of(names: Iterable[str]) -> list[int]:
    """The numbers of columns."""
    every = [*NAMES, *READER]
    return [every.index(name) for name in names]


def fit_order(asked: Sequence[Asked], names: Sequence[str]) -> Numbers:
    """Weights of columns by which right units come first; those that are not named weigh nothing."""
    used = columns_of(names)
    told = [one for one in asked if one.right.any() and not one.right.all()]
    tables = [one.columns[:, used] - one.columns[:, used].mean(0) for one in told]
    scale = np.sqrt(np.mean([(table**2).mean(0) for table in tables], 0)) + 1e-9
    table = np.concatenate(tables) / scale
    lengths = [len(one) for one in tables]
    starts = np.cumsum([0, *lengths[:-1]])
    of = np.repeat(np.arange(len(tables)), lengths)
    right = np.concatenate([one.right for one in told]).astype(float)
    counts = np.array([one.counts for one in told])

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        sums = table @ weights
        powers = np.exp(sums - np.maximum.reduceat(sums, starts)[of])
        every, good = np.add.reduceat(powers, starts), np.add.reduceat(powers * right, starts)
        slope = (powers / every[of] - powers * right / good[of]) * counts[of]
        unlikely = counts @ np.log(every / good)
        return float(unlikely + PENALTY / 2 * weights @ weights), table.T @ slope + PENALTY * weights

    found = minimize(loss, np.zeros(len(used)), jac=True, method="L-BFGS-B").x / scale
    weights = np.zeros(len(NAMES) + len(READER))
    weights[used] = found
    return weights


def fit_scale(asked: Sequence[Asked], weights: Numbers) -> tuple[float, float]:
    """Factor and bias that make sums the log-odds that a unit among the first three is right."""
    sums, labels, counts = [], [], []
    for one in asked:
        first = one.best(weights)[:3]
        sums += (one.columns[first] @ weights).tolist()
        labels += one.right[first].tolist()
        counts += [one.sure_counts] * len(first)
    model = LogisticRegression(C=100).fit(np.array(sums)[:, None], labels, counts)
    return float(model.coef_[0][0]), float(model.intercept_[0])


def of_best(asked: Sequence[Asked], weights: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """The columns of each question's best unit, and whether one of its first three is right."""
    firsts = [one.best(weights)[:3] for one in asked]
    table = np.array([one.columns[first[0]] for one, first in zip(asked, firsts, strict=True)])
    return table, np.array([one.right[first].any() for one, first in zip(asked, firsts, strict=True)])


def fit_sure(asked: Sequence[Asked], order: Numbers, names: Sequence[str]) -> tuple[Numbers, float]:
    """Weights and bias of the log-odds that one of the first three is right, by the first."""
    table, right = of_best(asked, order)
    used = columns_of(names)
    scale = table[:, used].std(0) + 1e-9
    counts = [one.sure_counts for one in asked]
    model = LogisticRegression(C=SURE_PENALTY, max_iter=2000).fit(table[:, used] / scale, right, counts)
    weights = np.zeros(table.shape[1])
    weights[used] = model.coef_[0] / scale
    return weights, float(model.intercept_[0])


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything that is fitted."""

    evidence: Numbers
    order: Numbers
    scale: tuple[float, float]
    sure: tuple[Numbers, float]
    found: tuple[Numbers, float]

    @classmethod
    def to(cls, asked: Sequence[Asked]) -> Fitted:
        """Fit it."""
        answerable = [one for one in asked if one.row.kind in COUNTS]
        retrieval = fit_order(answerable, USED)
        order = fit_order(answerable, (*USED, *READER))
        return cls(
            retrieval / np.abs(retrieval).sum(),
            order,
            fit_scale(asked, order),
            fit_sure(asked, order, (*SURE, *READER)),
            fit_sure(asked, retrieval, SURE),
        )

    def log_odds(self, asked: Sequence[Asked]) -> Numbers:
        """How sure each answer is."""
        odds: Numbers = of_best(asked, self.order)[0] @ self.sure[0] + self.sure[1]
        return odds

    def toml(self, command: str) -> str:
        """As a profile is written."""

        def features(name: str, weights: Numbers) -> list[str]:
            told = zip(NAMES, weights.tolist(), strict=False)
            return [f"[{name}]", *(f"{key} = {value:.4g}" for key, value in told if value), ""]

        def section(name: str, weights: Numbers, bias: float) -> list[str]:
            read = zip(READER, weights[columns_of(READER)].tolist(), strict=True)
            lines = [
                f"[{name}]",
                f"bias = {bias:.4g}",
                *(f"{key} = {value:.4g}" for key, value in read if value),
            ]
            return [*lines, "", *features(f"{name}.features", weights)]

        factor, bias = self.scale
        lines = [
            f"# Made by: {command}",
            "",
            *features("evidence", self.evidence),
            *section("ranking", self.order * factor, bias),
            *section("sure", *self.sure),
            *section("found", *self.found),
        ]
        return "\n".join(lines)


def report(asked: Sequence[Asked]) -> None:
    """Print what comes of it in five folds."""
    groups = {group: number % FOLDS for number, group in enumerate(dict.fromkeys(a.row.group for a in asked))}
    folds = np.array([groups[one.row.group] for one in asked])
    hits: dict[str, list[tuple[bool, bool, bool, bool, bool, bool]]] = defaultdict(list)
    log_odds, right = np.zeros(len(asked)), np.zeros(len(asked), bool)
    for fold in range(FOLDS):
        inside = np.flatnonzero(folds == fold)
        fitted = Fitted.to([one for one, other in zip(asked, folds, strict=True) if other != fold])
        held = [asked[number] for number in inside]
        log_odds[inside] = fitted.log_odds(held)
        right[inside] = of_best(held, fitted.order)[1]
        for one in held:
            if one.row.kind in COUNTS:
                first, alone = one.best(fitted.order), one.best(fitted.evidence)
                passages = list(dict.fromkeys(one.passages[first].tolist()))
                good = set(one.passages[one.passage_right].tolist())
                rank = next((n for n, passage in enumerate(passages) if passage in good), 99)
                hits[one.row.kind].append((rank < 1, rank < 5, *_hits(one, first), *_hits(one, alone)))
    print(
        "| in five folds | questions | passage R@1 | R@5 | first quote | of three "
        "| retrieval alone | of three |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind, rows in hits.items():
        cells = " | ".join(f"{value:.3f}" for value in np.mean(rows, 0))
        print(f"| {kind} | {len(rows)} | {cells} |")
    kinds = np.array([one.row.kind for one in asked])
    print("\n| | AUROC against answerable ones | answered at the bar |\n|---|---|---|")
    sure = 1 / (1 + np.exp(-log_odds))
    for one, other in (
        ("squad", "foreign"),
        ("squad", "seeming"),
        ("natural", "natural nothing"),
        ("cases", "cases nothing"),
        ("collections", "collections nothing"),
        ("written", "written nothing"),
        ("cases", "twisted"),
    ):
        mine, theirs = kinds == one, kinds == other
        if mine.any() and theirs.any():
            both = mine | theirs
            area = roc_auc_score(mine[both], log_odds[both])
            print(f"| {other} | {area:.3f} | {bars(sure[mine], sure[theirs])} |")
    brier = np.mean((sure - right) ** 2)
    print(f"\nBrier {brier:.3f}; share of {', '.join(COUNTS)} below bars of .1 to .5: ", end="")
    for kind in COUNTS:
        if (kinds == kind).any():
            print(
                kind,
                [
                    round(float((sure[kinds == kind] < bar).mean()), 3)
                    for bar in (0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
                ],
                end=" ",
            )
    print()


def bars(mine: Numbers, theirs: Numbers) -> str:
    """How many are answered, of those that can be and those that cannot, at some bars."""
    return ", ".join(
        f"{bar}: {(mine >= bar).mean():.2f}/{(theirs >= bar).mean():.2f}" for bar in (0.15, 0.2, 0.3, 0.4)
    )


def _hits(one: Asked, order: NDArray[np.int64]) -> tuple[bool, bool]:
    first = one.right[order[:3]]
    return bool(first[:1].any()), bool(first.any())


def collect(arguments: argparse.Namespace) -> list[Row]:
    """Ask everything, or read what was asked before."""
    cache: Path | None = arguments.cache
    if cache is not None and cache.is_file():
        return msgspec.msgpack.decode(cache.read_bytes(), type=list[Row])
    asker = readings.Asker()
    rows: list[Row] = []
    for file in arguments.folder:
        rows += readings.from_folder(asker, file)
    for file in arguments.cases:
        rows += readings.from_cases(asker, file)
    if arguments.written:
        rows += readings.from_written(asker, arguments.written, arguments.held_out, arguments.seed)
    if arguments.squad:
        rows += readings.from_squad(asker, arguments.squad, arguments.questions)
    if arguments.languages:
        rows += readings.from_languages(asker, arguments.languages, arguments.questions // 10)
    if arguments.squad2:
        rows += readings.from_squad2(asker, arguments.squad2, arguments.questions // 6)
    if cache is not None:
        cache.write_bytes(msgspec.msgpack.encode(rows))
    return rows


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--squad", nargs="+", type=Path, default=[], help="files of SQuAD 1.1's format")
    parser.add_argument("--squad2", nargs="+", type=Path, default=[], help="files of SQuAD 2.0's format")
    parser.add_argument(
        "--languages", nargs="+", type=Path, default=[], help="SQuAD's format, each by itself"
    )
    parser.add_argument("--folder", nargs="+", type=Path, default=[], help="questions beside a folder docs/")
    parser.add_argument("--cases", nargs="+", type=Path, default=[], help="small folders with questions")
    parser.add_argument("--written", nargs="+", type=Path, default=[], help="of bot/reader/written.py")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of these, as in training, by its")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of SQuAD's, at most")
    parser.add_argument("--cache", type=Path, help="a file to keep readings in, or to take them from")
    parser.add_argument("--write", action="store_true", help="keep what was fitted as the profile")
    arguments = parser.parse_args()
    asked = [Asked.of(row) for row in collect(arguments)]
    report(asked)
    fitted = Fitted.to(asked)
    text = fitted.toml(
        "python -m benchmarks.fitting --squad ... --squad2 ... --folder ... --cases ... --write"
    )
    print(text)
    if arguments.write:
        settings = load(environment=os.environ)
        file = file_of(readings.reader_of(settings).name, catalogue.resolve(settings.encoder.model))
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        _, members, kept = before.partition(MEMBERS)
        file.write_text(text + members + kept, encoding="utf-8")


def put(file: Path, name: str, text: str) -> None:
    """Write a section of a profile that is not fitted here, in the place of the one that is there."""
    before = file.read_text(encoding="utf-8")
    without = re.sub(rf"\n\[{name}\]\n(?:(?!\[).*\n)*", "\n", before).rstrip("\n")
    file.write_text(f"{without}\n\n[{name}]\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
