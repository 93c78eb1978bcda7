"""Fits what ranks sentences and what makes confidence, on SQuAD-format files, and says how well they do.

    python benchmarks/evidence.py FILE... [--group N] [--questions N]

Articles are indexed in groups of N; each group is asked about its own articles and as many questions
about others. Of the sentences that a search weighs,
the *evidence* weights are those of a logistic regression that tells, in pairs, a sentence that holds an
accepted answer from one that does not; the *confidence* weights those of one that tells, from the
features of the best sentence, whether one of the first three holds an accepted answer. Figures are for
groups that were not fitted on (two folds).
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from benchmarks import squad
from index.build import build
from index.encoder import SentenceTransformerEncoder
from index.records import Hit
from index.search import Searcher
from index.settings import load
from index.store import Store


class Remembering(SentenceTransformerEncoder):
    """Encodes each text once, however many indexes it is in."""

    memory: dict[str, Vectors] = {}  # noqa: RUF012 - shared on purpose

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        """See ``Encoder``."""
        new = [text for text in texts if text not in self.memory]
        if new:
            self.memory.update(zip(new, super().encode(new, advance), strict=True))
        return np.array([self.memory[text] for text in texts])


def values(hit: Hit) -> list[float]:
    """The features of a hit as numbers."""
    f = hit.features
    return [f.sentence_cosine, f.sentence_coverage, f.passage_cosine, f.passage_coverage]


def asked(
    articles: list[squad.Article], group: int, count: int
) -> list[tuple[int, bool, np.ndarray, np.ndarray]]:
    """For each question: its group, whether it is at home there, features of the sentences, which are right."""
    rows = []
    rng = random.Random(1)
    shuffled = rng.sample(articles, len(articles))
    encoder = Remembering(load())
    for number, first in enumerate(range(0, len(shuffled) - group + 1, group)):
        home = shuffled[first : first + group]
        own = [question for article in home for question in article.questions]
        others = [question for article in articles if article not in home for question in article.questions]
        with tempfile.TemporaryDirectory() as folder:
            squad.lay_out(home, Path(folder) / "documents")
            settings = load(
                flags={"documents.folder": f"{folder}/documents", "index.folder": f"{folder}/index"}
            )
            build(settings, encoder)
            searcher = Searcher(Store(settings.index_folder()).current(), encoder, settings)
            for question in [
                *rng.sample(own, min(count, len(own))),
                *rng.sample(others, min(count, len(own), len(others))),
            ]:
                hits = searcher.search(question.text)
                right = [
                    question.answered_by(hit.sentence.passage)
                    and any(answer in hit.sentence.text for answer in question.answers)
                    for hit in hits
                ]
                features = np.array([values(hit) for hit in hits])
                rows.append((number, question in own, features, np.array(right)))
    return rows


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--group", type=int, nargs="+", default=[1])
    parser.add_argument("--questions", type=int, default=60, help="of its own, asked of each group")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    rows = []
    for file in options.files:
        articles = squad.read([file])
        for group in options.group:
            rows += [(f"{file.stem}/{group}", *row) for row in asked(articles, group, options.questions)]
    if options.save:
        import pickle

        options.save.write_bytes(pickle.dumps(rows))


if __name__ == "__main__":
    main()
