"""Finds which units belong in a list that is gathered from running text, and says how well that tells.

    python -m benchmarks.lists --written FILE... [--held-out SHARE] [--seed N] [--cache FILE] [--write]

Questions with three answers or more about written documents (bot/reader/written.py) that the reader did not
learn from. Of each question the first units of a sweep are read,
alone and where they stand; the grid of ``least``, ``alone`` and ``behind`` (bot/answering/profile.py) is
searched for the greatest mean F1 of members. Told in two folds: each half by what is best for the other.
``--write`` puts them into the profile of the models of the settings.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.fitting import put
from benchmarks.readings import Asker, beside, gives, reader_of
from bot.answering.profile import Members, file_of, profile_of
from bot.answering.scoring import Scorer, woven
from bot.evaluation.questions import Question
from bot.settings import load
from index import catalogue
from index.building.build import build
from index.engines.local.store import Store
from index.search.searcher import Searcher

LEAST_ANSWERS = 3  # of a question that asks for several things; two may say the same
LEAST = (-4.0, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.4, 0.8, 1.2)
ALONE = (0.3, 0.6, 1.0, 2.0, 4.0)
BEHIND = (1.0, 1.5, 1.9, 2.5, 3.0, 3.5, 5.0, 8.0)


class Row(msgspec.Struct):
    """A question with its units: log-odds alone, log-odds where it stands, which answer it gives or -1."""

    question: str
    count: int
    units: list[tuple[float, float, int]]


def figures(rows: list[Row], members: Members) -> tuple[float, float, float]:
    """Mean share of answers found, of quotes that are right, and F1 of the two."""
    told = []
    for row in rows:
        alone, rank, gives = np.array(row.units).T
        fits = rank + members.alone * alone
        able = alone >= members.least
        if not able.any():
            told.append((0.0, 0.0, 0.0))
            continue
        chosen = gives[able & (fits >= fits[able].max() - members.behind)]
        found = len({one for one in chosen if one >= 0}) / row.count
        right = float(np.mean(chosen >= 0))
        told.append((found, right, 2 * found * right / (found + right) if found and right else 0.0))
    found, right, both = np.mean(told, 0)
    return float(found), float(right), float(both)


def best(rows: list[Row]) -> Members:
    """The members of the grid with the greatest F1."""
    grid = (
        Members(least=least, alone=alone, behind=behind)
        for least, alone, behind in itertools.product(LEAST, ALONE, BEHIND)
    )
    return max(grid, key=lambda members: figures(rows, members)[2])


def collect(files: list[Path], share: float, seed: int) -> list[Row]:
    """Ask them."""
    asker = Asker()
    profile = profile_of(asker.reader.name, asker.encoder.name)
    scorer = Scorer(profile, asker.reader)
    rows = []
    for _, folder, asks in beside(files, share, seed):
        with tempfile.TemporaryDirectory() as index:
            settings = load(flags={"documents.folder": str(folder), "index.folder": index})
            build(settings, asker.encoder)
            generation = Store(settings.index_folder()).current()
            searcher = Searcher(generation, asker.encoder, settings, profile.evidence)
            for ask in asks:
                if len(ask.answers) < LEAST_ANSWERS:
                    continue
                hits = list(itertools.islice(searcher.sweep(ask.question), 3 * settings.reader.sentences))
                alone = asker.reader.read(ask.question, [woven([hit]).text for hit in hits])
                ranks = scorer.stands(ask.question, hits, hits)
                answers = [Question(ask.question, "fact", (answer,)) for answer in ask.answers]
                units = [
                    (
                        reading.answers,
                        rank,
                        next((n for n, one in enumerate(answers) if gives(one, hit.unit)), -1),
                    )
                    for hit, reading, rank in zip(hits, alone, ranks, strict=True)
                ]
                rows.append(Row(ask.question, len(ask.answers), units))
    return rows


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--written", nargs="+", type=Path, required=True, help="of bot/reader/written.py")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of these, as in training, by its")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="a file to keep readings in, or to take them from")
    parser.add_argument("--write", action="store_true", help="keep what was found in the profile")
    given = parser.parse_args()
    if given.cache and given.cache.is_file():
        rows = msgspec.msgpack.decode(given.cache.read_bytes(), type=list[Row])
    else:
        rows = collect(given.written, given.held_out, given.seed)
        if given.cache:
            given.cache.write_bytes(msgspec.msgpack.encode(rows))
    halves = rows[::2], rows[1::2]
    told = [figures(other, best(one)) for one, other in (halves, halves[::-1])]
    found, right, both = np.mean(told, 0)
    print(f"{len(rows)} questions; members found {found:.3f}, right {right:.3f}, F1 {both:.3f} in two folds")
    settings = load(environment=os.environ)
    encoder = catalogue.resolve(settings.encoder.model)
    models = reader_of(settings).name, encoder
    file = file_of(*models)
    print("as it is:", figures(rows, profile_of(*models).members))
    members = best(rows)
    text = (
        f"# Made by: python -m benchmarks.lists --written ... --write\n"
        f"least = {members.least}\nalone = {members.alone}\nbehind = {members.behind}\n"
    )
    print(text, figures(rows, members))
    if given.write:
        put(file, "members", text)


if __name__ == "__main__":
    main()
