"""Fits what ranks sentences and what makes confidence, on SQuAD-format files, and says how well they do.

    python -m benchmarks.evidence FILE... [--group N ...] [--questions N]

The articles of each file are indexed in groups of N; each group is asked about its own articles and as
many questions about others. Of the sentences that a search weighs,

- the *evidence* weights are those of a logistic regression that tells, in pairs, a sentence that holds
  an accepted answer from one that does not;
- the *confidence* weights are those of a logistic regression that tells, from the features of the best
  sentence, whether one of the first three holds an accepted answer.

Figures are for groups that were not fitted on (two folds).
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import structs
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from benchmarks import squad
from bot.weigh import CONFIDENCE, CONFIDENCE_BIAS
from index.build import build
from index.evidence import EVIDENCE
from index.records import Features
from index.search import Searcher
from index.settings import load
from index.store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIVALS = 8  # wrong sentences that each right one is paired with, the hardest by today's weights
NAMES = Features.__struct_fields__


@dataclass(frozen=True, slots=True)
class Row:
    """A question asked of a group: sentences by features, and which sentences are right."""

    kind: str
    group: int
    at_home: bool
    features: NDArray[np.float64]
    right: NDArray[np.bool_]

    def best(self, weights: NDArray[np.float64]) -> NDArray[np.int64]:
        """The first three sentences."""
        return np.argsort(-self.features @ weights, kind="stable")[:3]


def ask(
    kind: str, articles: list[squad.Article], size: int, count: int, encoder: squad.Remembering
) -> list[Row]:
    """Index the articles in groups, and ask each group about itself and about others."""
    rows = []
    rng = random.Random(1)
    shuffled = rng.sample(articles, len(articles))
    for number, first in enumerate(range(0, len(shuffled) - size + 1, size)):
        home = shuffled[first : first + size]
        own = [question for article in home for question in article.questions]
        others = [question for article in articles if article not in home for question in article.questions]
        asked = rng.sample(own, min(count, len(own))) + rng.sample(others, min(count, len(own), len(others)))
        encoder.encode([question.text for question in asked])
        with tempfile.TemporaryDirectory() as folder:
            squad.lay_out(home, Path(folder) / "documents")
            settings = load(
                flags={"documents.folder": f"{folder}/documents", "index.folder": f"{folder}/index"}
            )
            build(settings, encoder)
            searcher = Searcher(Store(settings.index_folder()).current(), encoder, settings)
            for place, question in enumerate(asked):
                hits = searcher.search(question.text)
                rows.append(
                    Row(
                        kind,
                        number,
                        place < min(count, len(own)),
                        np.array([structs.astuple(hit.features) for hit in hits]),
                        np.array([squad.answered(question, hit.sentence) for hit in hits]),
                    )
                )
    return rows


def fit_evidence(rows: list[Row]) -> NDArray[np.float64]:
    """Weights that add up to 1, by logistic regression on differences of right and wrong sentences."""
    today = np.array(structs.astuple(EVIDENCE))
    pairs = []
    for row in rows:
        if row.right.any() and not row.right.all():
            right = row.features[np.flatnonzero(row.right)[0]]
            wrong = row.features[~row.right]
            pairs.append(right - wrong[np.argsort(-wrong @ today)[:RIVALS]])
    differences = np.concatenate(pairs)
    both = np.concatenate([differences, -differences])
    weights, _ = regress(both, np.repeat([1, 0], len(differences)), today, intercept=False)
    return weights / weights.sum()


def fit_confidence(rows: list[Row]) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of the log-odds that one of the first three sentences is right."""
    features, right = first_three(rows, np.array(structs.astuple(EVIDENCE)))
    return regress(features, right, np.array(structs.astuple(CONFIDENCE)), intercept=True)


def regress(
    features: NDArray[np.float64], labels: NDArray[Any], today: NDArray[np.float64], *, intercept: bool
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression on the features that have a weight today."""
    used = today != 0
    model = LogisticRegression(C=100, fit_intercept=intercept, max_iter=1000).fit(features[:, used], labels)
    weights = np.zeros(len(today))
    weights[used] = model.coef_[0]
    return weights, float(np.ravel(model.intercept_)[0])


def first_three(
    rows: list[Row], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features of each best sentence, and whether one of the first three is right."""
    order = [row.best(weights) for row in rows]
    features = np.array([row.features[best[0]] for row, best in zip(rows, order, strict=True)])
    return features, np.array([row.right[best].any() for row, best in zip(rows, order, strict=True)])


def report(kind: str, rows: list[Row], weights: NDArray[np.float64], log_odds: NDArray[np.float64]) -> str:
    """One line of the table."""
    own = np.array([row.at_home for row in rows])
    first = np.mean([row.right[row.best(weights)[0]] for row in rows if row.at_home])
    _, right = first_three(rows, weights)
    probability = 1 / (1 + np.exp(-log_odds))
    bar = np.quantile(log_odds[own], 0.05)
    auroc = roc_auc_score(own, log_odds)
    return (
        f"| {kind} | {own.sum()} | {first:.3f} | {right[own].mean():.3f} | {auroc:.3f} "
        f"| {np.mean(log_odds[~own] >= bar):.3f} | {1 / (1 + np.exp(-bar)):.2f} "
        f"| {brier_score_loss(right, probability):.3f} |"
    )


HEAD = """\
| collection | questions | quote hit@1 | hit@3 | foreign AUROC | answered at 95 % | bar | Brier |
|---|---|---|---|---|---|---|---|"""


def table(rows: list[Row], weights: NDArray[np.float64], log_odds: NDArray[np.float64]) -> None:
    """Print a line for each kind of collection and one for all."""
    print(HEAD)
    for kind in [*dict.fromkeys(row.kind for row in rows), "all"]:
        chosen = np.array([kind in (row.kind, "all") for row in rows])
        print(
            report(
                kind, [row for row, take in zip(rows, chosen, strict=True) if take], weights, log_odds[chosen]
            )
        )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--group", type=int, nargs="+", default=[1, 8], help="articles indexed together")
    parser.add_argument("--questions", type=int, default=40, help="of its own, asked of each group")
    options = parser.parse_args()
    encoder = squad.Remembering()
    rows = []
    for file in options.files:
        articles = squad.read([file])
        for size in options.group:
            rows += ask(f"{file.stem}, {size} together", articles, size, options.questions, encoder)
    odd = np.array([row.group % 2 == 1 for row in rows])
    print("As they are:")
    weights = np.array(structs.astuple(EVIDENCE))
    features, _ = first_three(rows, weights)
    table(rows, weights, features @ np.array(structs.astuple(CONFIDENCE)) + CONFIDENCE_BIAS)
    print("\nFitted on the other half of the groups:")
    log_odds = np.empty(len(rows))
    for half in (odd, ~odd):
        fitted_on = [row for row, take in zip(rows, ~half, strict=True) if take]
        confidence, bias = fit_confidence(fitted_on)
        log_odds[half] = features[half] @ confidence + bias
        own = fit_evidence(fitted_on)
        held_out = [row for row, take in zip(rows, half, strict=True) if take and row.at_home]
        score = np.mean([row.right[row.best(own)[0]] for row in held_out])
        print(f"evidence weights {own.round(2)}: quote hit@1 {score:.3f}")
    table(rows, weights, log_odds)
    print("\nFitted on all:")
    print("evidence  ", dict(zip(NAMES, fit_evidence(rows).round(2).tolist(), strict=True)))
    confidence, bias = fit_confidence(rows)
    print("confidence", dict(zip(NAMES, confidence.round(2).tolist(), strict=True)), round(bias, 2))
    home = np.array([row.at_home for row in rows])
    probability = 1 / (1 + np.exp(-(features @ confidence + bias)))
    for share in (0.95, 0.975, 0.99):
        bar = np.quantile(probability[home], 1 - share)
        foreign = (probability[~home] >= bar).mean()
        print(f"{share:.1%} of the questions at home reach {bar:.2f}, and {foreign:.1%} of the foreign ones")


if __name__ == "__main__":
    main()
