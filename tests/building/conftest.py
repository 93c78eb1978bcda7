"""Documents to index, changes to them, and what an index of them holds."""

import os
from pathlib import Path

import numpy as np
import pytest

from index.building.build import build
from index.building.summary import Summary
from index.engines.local.generation import Generation
from index.engines.local.store import Store
from index.settings import Settings, load
from index.units.woven import told
from tests.conftest import WordsEncoder

OLD = 1_700_000_000_000_000_000  # nanoseconds; long before any index of these tests
TEXTS, FIRST, SECOND, THIRD = "documents.sqlite", "texts.sqlite", "texts-1.sqlite", "texts-2.sqlite"


@pytest.fixture
def folder(docs: Path) -> Path:
    """The documents, written long ago."""
    age(docs)
    return docs


def age(docs: Path, when: int = OLD) -> None:
    for path in docs.rglob("*"):
        os.utime(path, ns=(when, when))


def current(settings: Settings) -> Generation:
    return Store(settings.index_folder()).current()


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.documents_embedded, summary.documents_removed, summary.embedded, summary.reused


def content(settings: Settings) -> dict[str, object]:
    """All that an index says about its documents, without what differs from file to file."""
    generation = current(settings)
    generation.check()
    entries = generation.entries()
    found = generation.units(range(generation.manifest.passages))
    return {
        "documents": [generation.document(entry.source) for entry in entries],
        "entries": entries,
        "passages": [passage for entry in entries for passage in generation.passages_of(entry.source)],
        "units": found,
        "vectors": generation.vectors(range(generation.manifest.units)).tolist(),
        "words": [generation.lexical.search(word, 99) for word in ("club soup ferry new", "edited", "euros")],
        "skipped": generation.manifest.skipped,
    }


def rows_fit(settings: Settings, within: float = 1e-6) -> bool:
    """Whether every vector is that of its unit, and 0.4 times that of what models read above it."""
    generation = current(settings)
    units = [unit for found in generation.units(range(generation.manifest.passages)) for unit in found]
    vectors = WordsEncoder().encode([unit.shown for unit in units])
    for row, names in enumerate(map(told, units)):
        if names:
            vectors[row] += 0.4 * WordsEncoder().encode([" › ".join(names)])[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.allclose(generation.vectors(range(len(units))), vectors, atol=within)


def fill(docs: Path, number: int) -> None:
    for n in range(number):
        (docs / f"n{n:02}.txt").write_text(
            f"Title {n}\n\nNumber {n} says hello. It has a second sentence {n}.\n"
        )


def add(docs: Path) -> None:
    (docs / "new.txt").write_text("Brand new. Slice six onions and fry them in butter until they are brown.")


def touch(docs: Path) -> None:
    os.utime(docs / "soup.txt", ns=(OLD + 5, OLD + 5))


def files(generation: Generation) -> list[str]:
    """The files of texts of a generation."""
    return sorted(path.name for path in generation.folder.glob("*.sqlite"))


def shared(one: Generation, other: Generation) -> list[str]:
    """Those that are one file by two names."""
    return [name for name in files(one) if name in files(other)
            and (one.folder / name).samefile(other.folder / name)]  # fmt: skip


def built_at_once(settings: Settings) -> dict[str, object]:
    """What an index says that is built from nothing."""
    flags = {
        "documents.folder": settings.documents.folder,
        "state.folder": str(settings.state_folder().parent / "other"),
        "encoder.model": settings.encoder.model,
    }
    other = load(flags=flags)
    build(other, WordsEncoder(), full=True)
    return content(other)
