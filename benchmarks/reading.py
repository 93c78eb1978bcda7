"""Fits how retrieval and the reader are put together, and says what each of them brings.

    python -m benchmarks.reading FILE... [--unanswerable FILE...] [--other FILE...] [--cache FILE]

FILEs are of SQuAD's format. Articles that the reader learned from are indexed but not asked about. All
articles are asked about together; then those that the reader learned from are asked about the others, which
are foreign to them. Articles of the second kind of files are asked what they do not answer. The articles of
each other file are indexed by themselves and asked about themselves and
about the first files. All that a search returns is read, so that every weighting can be tried on the same
readings.

- RETRIEVED and RANKING are a logistic regression that tells, in pairs, a sentence that holds an accepted
  answer from one that does not; its scale and bias make it the log-odds of that.
- TREATS and ANSWERS tell together, from the best sentence, whether one of the first three is right: the
  likeliest ones, but for the factor of TREATS, where both have to hold. Questions written to look answerable
  count a tenth in this fit: foreign ones are what people ask.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec import structs
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from benchmarks import squad
from bot.evaluation.questions import Question, lay_out, read_squad
from bot.reader.readers import learned_by, reader_of
from bot.weigh import (
    ANSWERS,
    CONFIDENCE,
    CONFIDENCE_BIAS,
    LEAST_SHARE,
    RANKING,
    RETRIEVED,
    TREATS,
    Weights,
)
from index.build import build
from index.evidence import EVIDENCE
from index.records import Features
from index.search import Searcher
from index.settings import load
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.evaluation.questions import Article
    from bot.reader.reading import Reader

NAMES = Features.__struct_fields__
OF_PASSAGES = [number for number, name in enumerate(NAMES) if name.startswith("passage")]
RETRIEVAL = [number for number, weight in enumerate(structs.astuple(RETRIEVED)) if weight]
READER = [len(NAMES), len(NAMES) + 1]  # the columns after them: its answers, and the log of a share
TODAY = np.array([*structs.astuple(RETRIEVED), RANKING.answers, RANKING.share])
RIVALS = 8  # wrong sentences that each right one is paired with
SEEMING = 0.1  # what a question written to look answerable counts in the fit of confidence, others being 1


class Row(msgspec.Struct):
    """A question, and of each sentence of the best passages: what speaks for it, and whether it is right.

    ``sentences`` has the columns features, retrieval's log-odds, the reader's answers, share, number of the
    passage as retrieval ranks it, whether the passage is right, whether the sentence is.
    """

    kind: str
    sentences: list[tuple[float, ...]]
    milliseconds: float


def ask(
    kind: str, home: Sequence[Article], asked: Sequence[Question], encoder: squad.Remembering, reader: Reader
) -> list[Row]:
    """Index articles and ask them questions."""
    rows = []
    encoder.encode([question.text for question in asked])
    with tempfile.TemporaryDirectory() as folder:
        lay_out(home, Path(folder) / "documents")
        settings = load(flags={"documents.folder": f"{folder}/documents", "index.folder": f"{folder}/index"})
        build(settings, encoder)
        searcher = Searcher(Store(settings.index_folder()).current(), encoder, settings)
        for question in asked:
            hits = searcher.search(question.text)
            passages = {hit.sentence.passage.place: hit.sentence.passage for hit in hits}
            places = list(passages)
            begin = time.perf_counter()
            readings = dict(
                zip(
                    places,
                    reader.read(question.text, [passages[place].text for place in places]),
                    strict=True,
                )
            )
            took = (time.perf_counter() - begin) * 1000
            sentences = []
            for hit in hits:
                sentence, passage = hit.sentence, hit.sentence.passage
                place = passage.place
                reading = readings[place]
                found = CONFIDENCE_BIAS + hit.features.weighed(CONFIDENCE)
                share = reading.share(sentence.start - passage.start, sentence.end - passage.start)
                right = question.kind == "fact" and kind != "foreign" and question.answered_by(passage)
                exact = right and bool(question.given_by(sentence.text, passage))
                sentences.append(
                    (
                        *structs.astuple(hit.features),
                        found,
                        reading.answers,
                        share,
                        places.index(place),
                        float(right),
                        float(exact),
                    )
                )
            rows.append(Row(kind, sentences, took))
    return rows


def collect(files: list[Path], hard: list[Path], others: list[Path], count: int) -> list[Row]:
    """Ask everything."""
    settings = load()
    learned, reader = learned_by(settings), reader_of(settings)
    if reader is None:
        raise SystemExit("There is no reader: set reader.model.")
    encoder = squad.Remembering()
    articles = read_squad(files)
    chance = random.Random(1)

    def some(of: Sequence[Article], kind: str) -> list[Question]:
        held_out = [article for article in of if article.title not in learned]
        found = [question for article in held_out for question in article.questions if question.kind == kind]
        return chance.sample(found, min(count, len(found)))

    facts = some(articles, "fact")
    rows = ask("own", articles, facts, encoder, reader)
    for of in filter(None, [read_squad(hard)]):
        rows += ask("unanswerable", of, some(of, "unanswerable"), encoder, reader)
    known = [article for article in articles if article.title in learned]
    rows += ask("foreign", known, facts, encoder, reader)
    for file in others:
        of = read_squad([file])
        rows += ask(f"own {file.stem}", of, some(of, "fact")[: count // 2], encoder, reader)
        rows += ask("foreign", of, facts[: count // 2], encoder, reader)
    return rows


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows as arrays: of each question the features of its sentences and what the reader says of them."""

    kinds: list[str]
    features: list[NDArray[np.float64]]
    found: list[NDArray[np.float64]]
    passages: list[NDArray[np.int64]]
    right: list[NDArray[np.bool_]]
    exact: list[NDArray[np.bool_]]

    @classmethod
    def of(cls, rows: list[Row]) -> Asked:
        """From rows."""
        tables = [np.array(row.sentences, np.float64) for row in rows]
        columns = (table[:, len(NAMES) :].T for table in tables)
        found, answers, shares, passages, right, exact = map(list, zip(*columns, strict=True))
        retrieved = [table[:, : len(NAMES)] for table in tables]
        return cls(
            [row.kind for row in rows],
            [
                np.column_stack([features, says, np.log(share + LEAST_SHARE)])
                for features, says, share in zip(retrieved, answers, shares, strict=True)
            ],
            found,
            [numbers.astype(np.int64) for numbers in passages],
            [labels > 0 for labels in right],
            [labels > 0 for labels in exact],
        )

    def order(self, number: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
        """A question's sentences, best first."""
        return np.argsort(-self.features[number] @ weights, kind="stable")


def fit_ranking(asked: Asked, used: Sequence[int]) -> tuple[NDArray[np.float64], float]:
    """Weights and bias, see the module; the features that are not used weigh nothing."""
    pairs = []
    for number, exact in enumerate(asked.exact):
        if exact.any() and not exact.all():
            features = asked.features[number]
            best = features[exact][np.argmax(features[exact] @ TODAY)]
            wrong = features[~exact]
            pairs.append(best - wrong[np.argsort(-wrong @ TODAY)[:RIVALS]])
    differences = np.concatenate(pairs)
    both = np.concatenate([differences, -differences])
    model = LogisticRegression(C=100, fit_intercept=False, max_iter=1000)
    weights = np.zeros(differences.shape[1])
    weights[list(used)] = model.fit(both[:, used], np.repeat([1, 0], len(differences))).coef_[0]
    sums, labels = [], []
    for number, exact in enumerate(asked.exact):
        first = asked.order(number, weights)[:3]
        sums += (asked.features[number][first] @ weights).tolist()
        labels += exact[first].tolist()
    scale = LogisticRegression(C=100).fit(np.array(sums)[:, None], labels)
    factor, bias = float(scale.coef_[0][0]), float(scale.intercept_[0])
    return weights * factor, bias


def first_of(asked: Asked, ranking: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Of each question retrieval's highest log-odds and the best quote's features; is one of three right?"""
    features, right = [], []
    for number, exact in enumerate(asked.exact):
        order = asked.order(number, ranking)[:3]
        features.append([asked.found[number].max(), *asked.features[number][order[0]][READER]])
        right.append(exact[order].any())
    return np.array(features), np.array(right)


def report(name: str, asked: Asked, ranking: NDArray[np.float64], log_odds: NDArray[np.float64]) -> str:
    """One line of the table."""
    kinds = np.array(asked.kinds)
    own = np.flatnonzero(kinds == "own")
    ranks, hits = [], []
    for number in own:
        order = asked.order(number, ranking)
        passages = list(dict.fromkeys(asked.passages[number][order].tolist()))
        right = {int(p) for p in asked.passages[number][asked.right[number]]}
        ranks.append(next((r for r, p in enumerate(passages, 1) if p in right), 99))
        hits.append(asked.exact[number][order[:3]])
    rank = np.array(ranks)
    first, three = np.mean([hit[:1].any() for hit in hits]), np.mean([hit.any() for hit in hits])
    _, right_of_three = first_of(asked, ranking)
    cells = [f"{(rank <= 1).mean():.3f}", f"{(rank <= 5).mean():.3f}", f"{first:.3f}", f"{three:.3f}"]
    at_home = np.array([kind.startswith("own") for kind in asked.kinds])
    for mine, other in ((at_home, kinds == "foreign"), (kinds == "own", kinds == "unanswerable")):
        chosen = mine | other
        cells.append(f"{roc_auc_score(mine[chosen], log_odds[chosen]):.3f}")
        cells.append(f"{np.mean(log_odds[other] >= np.quantile(log_odds[mine], 0.05)):.3f}")
    cells.append(f"{brier_score_loss(right_of_three, 1 / (1 + np.exp(-log_odds))):.3f}")
    return f"| {name} | {' | '.join(cells)} |"


COLUMNS = (
    *("passage R@1", "R@5", "quote hit@1", "hit@3", "foreign AUROC", "answered at 95 %"),
    *("unanswerable AUROC", "answered at 95 %", "Brier"),
)


def confidence(features: NDArray[np.float64], parts: Sequence[Weights]) -> NDArray[np.float64]:
    """The log-odds that all parts are so, as ``bot.weigh.both`` says it of one question."""
    one, *others = (features @ array(part) + part.bias for part in parts)
    for other in others:
        one = -np.logaddexp.reduce([-one, -other, -one - other])
    return one


def fit_confidence(
    asked: Asked, features: NDArray[np.float64], right: NDArray[np.bool_], used: Sequence[int]
) -> list[Weights]:
    """The likeliest parts: that the documents treat of it, and that the sentence answers.

    What the features used tell nothing of is left out.
    """
    counts = np.where(np.array(asked.kinds) == "unanswerable", SEEMING, 1.0)
    signs = np.where(right, 1, -1)

    def made(numbers: NDArray[np.float64]) -> list[Weights]:
        there, answers, share, bias = map(float, numbers)
        treats = Weights(retrieval=TREATS.retrieval, bias=there)
        answering = Weights(answers=answers, share=share * (READER[1] in used), bias=bias)
        return [part for part, column in ((treats, RETRIEVAL[0]), (answering, READER[0])) if column in used]

    def loss(numbers: NDArray[np.float64]) -> float:
        unlikely = np.logaddexp(0, -signs * confidence(features, made(numbers)))
        return float(counts @ unlikely + 0.01 * numbers @ numbers)

    return made(minimize(loss, np.full(4, 0.5)).x)


def array(weights: Weights) -> NDArray[np.float64]:
    """Its factors."""
    return np.array([weights.retrieval, weights.answers, weights.share])


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--unanswerable", nargs="+", type=Path, default=[])
    parser.add_argument("--other", nargs="+", type=Path, default=[])
    parser.add_argument("--questions", type=int, default=400, help="of each kind")
    parser.add_argument("--cache", type=Path, help="where readings are kept, or taken from")
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        rows = msgspec.json.decode(options.cache.read_bytes(), type=list[Row])
    else:
        rows = collect(options.files, options.unanswerable, options.other, options.questions)
        if options.cache:
            options.cache.write_bytes(msgspec.json.encode(rows))
    asked = Asked.of([row for row in rows if row.sentences])
    print(
        f"{len(rows)} questions; reading took {np.median([row.milliseconds for row in rows]):.0f} ms (p50)\n"
    )
    print(f"| | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|")
    alone = np.array([*structs.astuple(EVIDENCE), 0.0, 0.0])
    both = [*RETRIEVAL, *READER]
    for name, order, used in (
        ("retrieval alone", alone, RETRIEVAL),
        ("order of retrieval, confidence of both", alone, both),
        ("reader alone", None, READER),
        ("without shares of sentences", None, both[:-1]),
        ("without features of passages", None, [column for column in both if column not in OF_PASSAGES]),
        ("both", None, both),
    ):
        ranking = fit_ranking(asked, used)[0] if order is None else order
        features, right = first_of(asked, ranking)
        log_odds = confidence(features, fit_confidence(asked, features, right, used))
        print(report(name, asked, ranking, log_odds))
    features, _ = first_of(asked, TODAY)
    print(report("both, as it is now", asked, TODAY, confidence(features, (TREATS, ANSWERS))))
    ranking, bias = fit_ranking(asked, both)
    features, right = first_of(asked, ranking)
    treats, answers = fit_confidence(asked, features, right, both)
    *retrieved, by_answers, by_share = ranking.round(3).tolist()
    print(f"\nRETRIEVED = {Features(*retrieved)}")
    print(f"RANKING = {Weights(retrieval=1, answers=by_answers, share=by_share, bias=bias)}")
    print(f"TREATS = {treats}\nANSWERS = {answers}")
    probability = 1 / (1 + np.exp(-confidence(features, (treats, answers))))
    at_home = np.array([kind.startswith("own") for kind in asked.kinds])
    foreign = np.array([kind == "foreign" for kind in asked.kinds])
    for share in (0.9, 0.95, 0.975, 0.99):
        bar = np.quantile(probability[at_home], 1 - share)
        wrongly = (probability[foreign] >= bar).mean()
        print(f"{share:.1%} of the questions at home reach {bar:.2f}, and {wrongly:.1%} of the foreign ones")


if __name__ == "__main__":
    main()
