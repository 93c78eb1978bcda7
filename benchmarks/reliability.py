"""All figures of docs/reliability.md: kills at random moments, a soak, and damaged files of every format.

    python -m benchmarks.reliability [--tries 100] [--soak 600] [--fuzz 60] [--seed 1] [--words]

It runs what `benchmarks/faults.py`, `benchmarks/soak` and `benchmarks/fuzzing` run, one after the other, and
prints one table: how much was tried, how much of it went well, and what was lost or found; below it, what the
soak measured, and in sentences what must not be. The exit code is 1 where there is any. Seconds are of the
soak, and of processor time for each format; 0 leaves a part out. Needs the extra "dev".
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import faults
from benchmarks.fuzzing import __main__ as fuzzing
from benchmarks.soak.__main__ import soak
from benchmarks.soak.scene import Plan
from index.parsing.formats import FORMATS


@dataclass(frozen=True)
class Row:
    """Of the table: how often something was tried, how often it went well, and what was not as it must be.

    ``confirmed`` counts what people were told meanwhile that is kept or done, if that was counted.
    """

    what: str
    tried: int
    well: int
    wrong: tuple[str, ...] = ()
    confirmed: int | None = None

    def __str__(self) -> str:
        told = "" if self.confirmed is None else f"{self.confirmed:,}"
        return f"| {self.what} | {self.tried:,} | {self.well:,} | {told} | {len(self.wrong)} |"


def killed(tries: int, seed: int) -> Iterator[Row]:
    """Processes that are killed at random moments of each kind of work."""
    chance = random.Random(seed)
    for name, kind in faults.WORKS.items():
        with tempfile.TemporaryDirectory(prefix="docent-faults-") as folder:
            figures = faults.tried(kind(Path(folder)), tries, chance)
        lost = tuple(figures.lost)
        yield Row(f"killed while {name}", figures.tried, figures.survived, lost, figures.confirmed)


def fuzzed(seconds: float, seed: int) -> Iterator[Row]:
    """Damaged files of each format that are parsed."""
    with tempfile.TemporaryDirectory(prefix="docent-fuzzing-") as name:
        folder = Path(name)
        fuzzing.plant(folder)
        for form in FORMATS:
            state, _ = fuzzing.fuzz(form, folder, seconds, seed)
            wrong = tuple(f"{form.name}: {told} ({count})" for told, count in state.found.items())
            yield Row(f"damaged: {form.name}", state.runs, state.runs - sum(state.found.values()), wrong)


def soaked(plan: Plan, details: dict[str, str]) -> Row:
    """People who ask while everything goes wrong; what was measured besides goes into the details."""
    with tempfile.TemporaryDirectory(prefix="docent-soak-") as folder:
        figures, found = soak(plan, Path(folder))
    details |= figures
    asked, answered = (int(figures[name].split()[0].rstrip(",")) for name in ("questions", "answered"))
    return Row("questions of a soak", asked, answered, tuple(found))


def main() -> None:
    """Print it all; the exit code is 1 where anything is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tries", type=int, default=100, help="kills of each kind of work")
    parser.add_argument("--soak", type=float, default=600, help="seconds")
    parser.add_argument("--fuzz", type=float, default=60, help="seconds of processor time for each format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--words", action="store_true", help="soak a bot without a model")
    given = parser.parse_args()
    details: dict[str, str] = {}
    wrong: list[str] = []
    print("| | tried | went well | confirmed | lost or wrong |\n|---|--:|--:|--:|--:|")
    for row in _rows(given, details):
        print(row, flush=True)
        wrong += row.wrong
    if details:
        print("\n| soak | |\n|---|---|")
    for name, value in details.items():
        print(f"| {name} | {value} |")
    for one in wrong[:40]:
        print(one)
    sys.exit(bool(wrong))


def _rows(given: argparse.Namespace, details: dict[str, str]) -> Iterator[Row]:
    if given.tries:
        yield from killed(given.tries, given.seed)
    if given.soak:
        yield soaked(Plan(seconds=given.soak, models=not given.words, seed=given.seed), details)
    if given.fuzz:
        yield from fuzzed(given.fuzz, given.seed)


if __name__ == "__main__":
    main()
