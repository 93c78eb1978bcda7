"""Finds how many passages are read at a time, and when no more are, and says what that costs in quotes.

    python -m benchmarks.pace --cache FILE [--write]

The cache is that of benchmarks/fitting.py: of each question all units of the passages that may be read, with
what the reader says of them. The order and the confidence are those of the profile of the models of the
settings. Of the grid's paces whose quotes, first ones and among three, are within ``WITHIN`` of the best
pace's in the mean of ``KINDS``, that which reads the fewest passages in the mean is taken; paces that read
more than ``MOST`` in the median of the first of ``KINDS`` are left out, where there are others: a usual
question waits for them.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

import msgspec

from benchmarks.fitting import put
from benchmarks.readings import Row, reader_of
from bot.answering.profile import Pace, Profile, file_of, profile_of
from bot.settings import load
from index import catalogue
from index.records import Features

KINDS = "natural", "collections", "squad", "languages", "written"
AT_ONCE = 2, 3, 4, 5, 6, 8
CLEAR = 0.5, 1.0, 1.25, 1.5, 2.0, 2.5, 3.5
WITHIN = 0.001
MOST = 4
FEATURES = len(Features.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit of a passage that is read comes out as."""

    rank: float
    sure: float
    right: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a kind of question: passages read, and the shares of right quotes, first ones and of three."""

    mean: float
    median: float
    first: float
    three: float


def passages_of(row: Row, profile: Profile) -> list[list[Unit]]:
    """The passages of a question in the order in which they are read, each with its units."""
    passages: dict[int, list[Unit]] = defaultdict(list)
    for unit in row.units:
        features = Features(*unit[:FEATURES])
        answers, share, passage, _, right = unit[FEATURES:]
        read = features, answers, share
        passages[int(passage)].append(Unit(profile.ranking.sum(*read), profile.sure.sum(*read), bool(right)))
    return [passages[number] for number in sorted(passages)]


def read(passages: list[list[Unit]], pace: Pace) -> tuple[int, bool, bool]:
    """How many passages are read at a pace, and whether the first quote and one of three is right."""
    units: list[Unit] = []
    count = 0
    while count < len(passages) and max((unit.sure for unit in units), default=-1e9) < pace.clear:
        for passage in passages[count : count + pace.at_once]:
            units += passage
            count += 1
    best = sorted(units, key=lambda unit: -unit.rank)
    return count, best[0].right, any(unit.right for unit in best[:3])


def figures(questions: list[list[list[Unit]]], pace: Pace) -> Figures:
    """Of all questions of a kind."""
    counts, first, three = zip(*(read(passages, pace) for passages in questions), strict=True)
    return Figures(fmean(counts), median(counts), fmean(first), fmean(three))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cache", type=Path, required=True, help="of benchmarks/fitting.py")
    parser.add_argument("--write", action="store_true", help="keep what was found in the profile")
    given = parser.parse_args()
    settings = load(environment=os.environ)
    models = reader_of(settings).name, catalogue.resolve(settings.encoder.model)
    questions: dict[str, list[list[list[Unit]]]] = defaultdict(list)
    for row in msgspec.msgpack.decode(given.cache.read_bytes(), type=list[Row]):
        questions[row.kind].append(passages_of(row, profile_of(*models)))
    kinds = [kind for kind in KINDS if kind in questions]
    told: dict[Pace, list[Figures]] = {}
    for at_once, clear in itertools.product(AT_ONCE, CLEAR):
        pace = Pace(at_once=at_once, clear=clear)
        told[pace] = [figures(questions[kind], pace) for kind in kinds]
    quick = {pace: found for pace, found in told.items() if found[0].median <= MOST} or told
    quotes = {pace: fmean((one.first + one.three) / 2 for one in found) for pace, found in quick.items()}
    enough = [pace for pace in quick if quotes[pace] >= max(quotes.values()) - WITHIN]
    best = min(enough, key=lambda pace: fmean(one.mean for one in told[pace]))
    print("| at a time, clear | " + " | ".join(f"{kind} ({len(questions[kind])})" for kind in kinds) + " |")
    print("|---" * (len(kinds) + 1) + "|")
    for pace, found in told.items():
        name = f"{pace.at_once}, {pace.clear}"
        cells = [f"{one.first:.3f} / {one.three:.3f}, {one.mean:.1f} ({one.median:g})" for one in found]
        print(f"| {f'**{name}**' if pace == best else name} | " + " | ".join(cells) + " |")
    if given.write:
        made = "# Made by: python -m benchmarks.pace --cache ... --write\n"
        put(file_of(*models), "pace", f"{made}at_once = {best.at_once}\nclear = {best.clear}\n")


if __name__ == "__main__":
    main()
