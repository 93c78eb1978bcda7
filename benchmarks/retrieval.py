"""Passage recall and first quotes on SQuAD-format files, all articles indexed together.

    python -m benchmarks.retrieval FILE...

A passage is right if it is the paragraph that the question was written for, or part of it; a quote, if
it is of that paragraph and holds an accepted answer. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import squad
from bot.answering.profile import profile_of
from bot.settings import load
from index.building.build import build
from index.engines.local.store import Store
from index.search.searcher import Searcher

DEPTH = 10  # of the mean reciprocal rank


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    articles = squad.read(parser.parse_args().files)
    questions = [question for article in articles for question in article.questions]
    encoder = squad.remembering()
    with tempfile.TemporaryDirectory() as folder:
        squad.lay_out(articles, Path(folder) / "documents")
        settings = load(flags={"documents.folder": f"{folder}/documents", "index.folder": f"{folder}/index"})
        summary = build(settings, encoder)
        encoder.encode_questions([question.text for question in questions])
        searcher = Searcher(
            Store(settings.index_folder()).current(), encoder, settings, profile_of().evidence
        )
        ranks, quotes = [], []
        for question in questions:
            right = [question.answered_by(passage) for passage in searcher.passages(question.text, DEPTH)]
            ranks.append(right.index(True) if any(right) else DEPTH)
            hits = searcher.search(question.text)
            quotes.append([squad.answered(question, hit.unit) for hit in hits[:3]])
    rank = np.array(ranks)
    reciprocal = np.where(rank < DEPTH, 1 / (rank + 1), 0).mean()
    print(f"{summary.documents} documents, {summary.passages} passages, {summary.sentences} sentences\n")
    print("| questions | passage R@1 | R@3 | R@5 | R@10 | MRR@10 | quote hit@1 | hit@3 |")
    print("|---|---|---|---|---|---|---|---|")
    recall = " | ".join(f"{(rank < depth).mean():.4f}" for depth in (1, 3, 5, 10))
    first, three = np.mean([row[0] for row in quotes]), np.mean([any(row) for row in quotes])
    print(f"| {len(questions)} | {recall} | {reciprocal:.4f} | {first:.4f} | {three:.4f} |")


if __name__ == "__main__":
    main()
