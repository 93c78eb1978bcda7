"""An index that is built again writes the vectors that are new, and keeps the others by links."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.engines.local import lists, segments, vectors
from index.engines.local.vectors import Matrix
from tests.engines.local.rows import best, clustered, unit, written
from tests.words_encoder import Vectors

WITHIN = 1e-3  # of a number in 16 bits


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are made of so few vectors already, and all are looked into."""
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(lists, "PROBES", 1000)


class Generations:
    """Vectors as a build changes them, and as they should be."""

    def __init__(self, folder: Path, count: int = 3000) -> None:
        self.folder, self.number = folder, 0
        self.rows = clustered(count)
        self.matrix = written(folder / "0", self.rows)
        self._rng = np.random.default_rng(2)

    @property
    def latest(self) -> Path:
        """The folder of the latest generation."""
        return self.folder / str(self.number)

    def change(self, kept: list[int]) -> bool:
        """Make one of these units of the latest generation, and of new ones where it says -1."""
        rows = unit(self._rng.normal(size=(len(kept), 64)))
        old = np.array(kept, np.int64)
        rows[old >= 0] = self.rows[old[old >= 0]]
        asked: list[int] = []

        def blocks(units: NDArray[np.int64]) -> Iterator[Vectors]:
            asked.extend(units.tolist())
            for start in range(0, len(units), 7):
                yield rows[units[start : start + 7]]

        self.number += 1
        self.latest.mkdir()
        done = self.matrix.extend(self.latest, old, blocks)
        if not done:
            assert not list(self.latest.iterdir())
            vectors.write(self.latest, blocks(np.arange(len(rows))), len(rows))
        self.rows, self.asked, self.matrix = rows, asked, Matrix(self.latest)
        return done


def test_only_new_vectors_are_written_and_the_files_of_others_are_shared(tmp_path):
    made = Generations(tmp_path)
    assert made.change([*range(10), -1, *range(12, 2000), -1, -1, *range(2000, 3000)])  # two are gone
    assert made.asked == [10, 1999, 2000]
    assert [path.name for path in sorted(made.latest.iterdir())] == [
        "order.npy", "units.npy", "vectors-1.faiss", "vectors-1.npy", "vectors.faiss", "vectors.npy",
    ]  # fmt: skip
    for name in ("vectors.npy", "vectors.faiss"):
        assert (tmp_path / "0" / name).samefile(tmp_path / "1" / name)
    own = [path for path in made.latest.iterdir() if path.stat().st_nlink == 1]
    assert (
        sum(path.stat().st_size for path in own if path.suffix == ".npy") == 3 * 128 + 3 * 64 * 2 + 4 * 6004
    )
    assert np.load(made.latest / "order.npy")[[9, 10, 11, 1999]].tolist() == [9, 3000, 12, 3001]
    assert np.load(made.latest / "units.npy")[[9, 10, 11, 12, 3001]].tolist() == [9, -1, -1, 11, 1999]
    for file in (tmp_path / "0").iterdir():  # a generation goes, and nothing of those after it
        file.unlink()
    assert np.abs(Matrix(made.latest).batch(np.arange(3001)) - made.rows).max() < WITHIN


def test_units_of_all_segments_are_found_and_none_that_is_gone(tmp_path):
    made = Generations(tmp_path)
    made.change([-1, *range(5, 3000)])
    made.change([*range(2000), -1, *range(2010, 2996)])
    assert len(made.matrix) == 2987
    assert np.abs(made.matrix.rows(range(1990, 2010)) - made.rows[1990:2010]).max() < WITHIN
    for unit_of in (0, 2000, 77, 2986):
        question = made.rows[unit_of]
        cosines, found = made.matrix.nearest(question, 50)
        assert (found[0], cosines[0]) == (unit_of, pytest.approx(1, abs=WITHIN))
        assert cosines == pytest.approx(made.rows[found] @ question, abs=WITHIN)
        assert len({*found.tolist()}) == 50
        assert len({*best(made.rows, question, 10)} & {*found.tolist()[:12]}) >= 9
    question = made.rows[2000]
    few_, many = [range(1990, 2005)], [range(100, 1400), range(1999, 2500)]
    assert made.matrix.nearest(question, 3, few_)[1][0] == 2000
    _, found = made.matrix.nearest(question, 40, many)
    assert found[0] == 2000
    assert all(any(unit_of in one for one in many) for unit_of in found.tolist())


def test_units_that_have_the_same_old_vector_are_both_found(tmp_path):
    made = Generations(tmp_path)
    assert made.change([*range(3000), 5])
    assert made.asked == [3000]
    assert {*made.matrix.nearest(made.rows[5], 2)[1].tolist()} == {5, 3000}


def test_all_is_written_anew_where_there_are_many_segments_or_much_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "SEGMENTS", 3)
    made = Generations(tmp_path)
    assert [made.change([*range(3000 + n), -1]) for n in range(3)] == [True, True, False]
    assert [path.name for path in sorted(made.latest.iterdir())] == ["vectors.faiss", "vectors.npy"]
    assert made.change([*range(2600)])  # and nothing new
    assert sorted(path.name for path in made.latest.iterdir())[:2] == ["order.npy", "units.npy"]
    assert not made.change([*range(2300)])
    assert not made.change([*range(2300), *[-1] * 500])


def test_where_there_are_no_hard_links_all_is_written_anew(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    made = Generations(tmp_path, 1200)
    monkeypatch.setattr(os, "link", refuse)
    assert not made.change([*range(1200), -1])
    assert len(made.matrix) == 1201


@pytest.mark.parametrize(("name", "count"), [("units.npy", 5), ("vectors-1.npy", 3)])
def test_segments_that_do_not_fit_together_are_refused(tmp_path, name, count):
    made = Generations(tmp_path, 1200)
    made.change([*range(1200), -1])
    (made.latest / name).unlink()
    np.save(made.latest / name, np.zeros((count, 64), np.float32))
    with pytest.raises(ValueError, match="do not fit together"):
        Matrix(made.latest)
