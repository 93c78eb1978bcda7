"""A folder of small documents that somebody keeps changing, and what stood in each of them since when."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NAMES = (
    "amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "heron", "ivory", "juniper", "kelp",
    "linden", "marble", "nectar", "olive", "pebble", "quartz", "raven", "saffron", "thistle", "umber",
    "velvet", "willow", "yarrow", "zephyr", "acorn", "basalt", "clover", "dahlia", "elder", "falcon",
    "granite", "hazel", "indigo", "jasmine", "lichen", "maple", "nettle", "orchid", "poplar",
)  # fmt: skip
RESTLESS = 11
"""Of the names, those first ones whose files are changed."""


def line(name: str, number: int) -> str:
    """What a file says first."""
    return f"The beacon of {name} shines {number} times."


def question(name: str) -> str:
    """What it answers."""
    return f"How many times does the beacon of {name} shine?"


@dataclass
class Beacons:
    """The files, and what stood in each of them since when; safe to share between threads."""

    folder: Path
    chance: random.Random
    restless: tuple[str, ...] = NAMES[:RESTLESS]
    still: tuple[str, ...] = ()
    versions: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    number: int = 100

    def begin(self) -> None:
        """Write all of them into the folder, which has to be empty."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in (*self.restless, *self.still):
            self.write(f"{name}.txt", self.text(name))

    def note(self, source: str, text: str) -> None:
        """A file says this now; nothing where it is gone."""
        with self.lock:
            self.versions.setdefault(source, []).append((time.monotonic(), text))

    def text(self, name: str) -> str:
        """What a file says that says something new."""
        with self.lock:
            self.number += 1
            return f"{line(name, self.number)}\n\nIt stands near the {name} cliffs."

    def write(self, source: str, text: str) -> None:
        """Write a file."""
        with self.lock:
            (self.folder / source).parent.mkdir(exist_ok=True)
            (self.folder / source).write_text(text, encoding="utf-8")
            self.note(source, text)

    def stir(self) -> None:
        """Somebody changes something in the folder."""
        with self.lock:
            there = list(self._there())
            missing = set(self.restless) - {Path(source).stem for source in there}
            source = self.chance.choice(there)
            name = Path(source).stem
            what = self.chance.choice(["edit", "edit", "move", "delete"])
            if len(missing) > 2:
                for one in sorted(missing):
                    self.write(f"{one}.txt", self.text(one))
            elif what == "edit":
                self.write(source, self.text(name))
            elif what == "move":
                to = f"coast/{name}.txt" if "/" not in source else f"{name}.txt"
                (self.folder / to).parent.mkdir(exist_ok=True)
                (self.folder / source).rename(self.folder / to)
                self.note(to, self.versions[source][-1][1])
                self.note(source, "")
            else:
                (self.folder / source).unlink()
                self.note(source, "")

    def stood(self, source: str, quote: str, since: float) -> bool:
        """Whether a quote stood in a file at some time since then."""
        with self.lock:
            told = self.versions.get(source, [])
            ends = [at for at, _ in told[1:]] + [float("inf")]
            return any(quote in text and end >= since for (_, text), end in zip(told, ends, strict=False))

    def stands(self, quote: str) -> bool:
        """Whether a quote stands in any file now."""
        with self.lock:
            return any(quote in told[-1][1] for told in self.versions.values())

    def _there(self) -> Iterator[str]:
        """The files that are changed."""
        for source, told in self.versions.items():
            if told[-1][1] and Path(source).stem in self.restless:
                yield source
