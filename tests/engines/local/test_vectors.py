"""Vectors on disk: exact where they are few, by lists where they are many, here from 1,000 on."""

import re
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.building.build import build
from index.engines.local import lists
from index.engines.local.generation import Generation
from index.engines.local.store import Store
from index.engines.local.vectors import Matrix
from index.errors import IndexDamaged
from tests.building.conftest import rows_fit
from tests.engines.local.rows import FEW, best, clustered, unit, written

WORDS = ["harbour", "lighthouse", "ferry", "garden", "soup", "onion", "school", "winter", "bread", "deck"]


def test_few_vectors_are_all_compared(tmp_path):
    rows = np.eye(4, 8, dtype=np.float32)
    matrix = written(tmp_path, rows, size=3)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npy"]
    cosines, found = matrix.nearest(np.array([0.6, 0, 0.8, 0, 0, 0, 0, 0], np.float32), 3)
    assert (found.tolist()[:2], cosines.tolist()[:2]) == ([2, 0], pytest.approx([0.8, 0.6]))
    assert (len(matrix), len(found), cosines[2]) == (4, 3, 0)
    assert len(matrix.nearest(rows[0], 99)[1]) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_has_been_read_can_be_given_back(tmp_path):
    rows = clustered(20_000)
    matrix = written(tmp_path, rows)
    before = matrix.nearest(rows[7], 3)
    assert resident(tmp_path / "vectors.npy") > rows.nbytes // 2
    matrix.unload()
    assert resident(tmp_path / "vectors.npy") == 0
    assert [part.tolist() for part in matrix.nearest(rows[7], 3)] == [part.tolist() for part in before]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_of_many_vectors_none_stays_in_memory(tmp_path, few):
    rows = clustered(3000)
    matrix = written(tmp_path, rows)
    assert matrix.nearest(rows[7], 300)[1][0] == 7
    assert matrix.nearest(rows[7], 3, [range(500)])[1][0] == 7
    assert matrix.cosines(np.arange(3000), rows[7])[7] == pytest.approx(1, abs=1e-4)
    assert resident(tmp_path / "vectors.npy") == 0


def resident(file: Path) -> int:
    """Bytes of a mapped file that are in this process's memory."""
    own = False
    total = 0
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-", line):
            own = line.endswith(str(file))
        elif own and line.startswith("Rss:"):
            total += int(line.split()[1]) * 1024
    return total


def test_cosines_of_any_rows_come_in_their_order(tmp_path):
    rows = clustered(1500)
    matrix = written(tmp_path, rows)
    wanted = np.random.default_rng(7).integers(0, 1500, 1300)  # more than are copied at a time, some twice
    np.testing.assert_allclose(matrix.cosines(wanted, rows[3]), rows[wanted] @ rows[3], atol=1e-6)
    assert matrix.cosines(wanted[:0], rows[3]).shape == (0,)


def test_the_matrix_is_a_plain_numpy_file(tmp_path):
    rows = clustered(1500)
    matrix = written(tmp_path, rows)
    assert np.array_equal(np.load(tmp_path / "vectors.npy", allow_pickle=False), rows)
    assert np.array_equal(matrix.rows(range(690, 710)), rows[690:710])
    assert np.array_equal(matrix.batch(np.array([1400, 0, 700, 0])), rows[[1400, 0, 700, 0]])
    assert matrix.rows(range(3, 3)).shape == (0, 64)


@pytest.mark.slow
def test_of_many_nearly_all_of_the_best_are_found_with_their_exact_cosines(tmp_path, few):
    rows = clustered(20_000)
    matrix = written(tmp_path, rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vectors.faiss", "vectors.npy"]
    questions = unit(clustered(20_100)[20_000:] + 0.02)
    shares = []
    for question in questions:
        cosines, found = matrix.nearest(question, 200)
        assert np.abs(cosines - rows[found] @ question).max() < 2e-4
        assert np.all(np.diff(cosines) <= 0)
        assert len(set(found.tolist())) == len(found) <= 200
        first = matrix.nearest(question, 10)[1].tolist()
        shares.append(len({*best(rows, question, 10)} & {*first}) / 10)
    assert np.mean(shares) >= 0.98


def test_the_more_is_wanted_the_more_lists_are_looked_into(tmp_path, few):
    rows = clustered(5000)
    matrix = written(tmp_path, rows)
    cosines, found = matrix.nearest(rows[0], 5000)
    assert sorted(found.tolist()) == list(range(5000))
    assert found[0] == 0
    assert cosines[0] == pytest.approx(1, abs=1e-4)
    assert len(matrix.nearest(rows[0], 2000)[1]) > 1500


def test_as_many_as_the_limit_are_still_compared(tmp_path, few):
    written(tmp_path / "a", clustered(FEW))
    written(tmp_path / "b", clustered(FEW + 1))
    assert not (tmp_path / "a" / "vectors.faiss").exists()
    assert (tmp_path / "b" / "vectors.faiss").exists()


def test_many_vectors_take_half_of_the_bytes_and_copies_of_them_are_the_same(tmp_path, few):
    rows = clustered(1500)
    first = written(tmp_path / "a", rows)
    assert (tmp_path / "a" / "vectors.npy").stat().st_size == 128 + 1500 * 64 * 2
    copied = first.batch(np.arange(1500))
    assert copied.dtype == np.float32
    assert 0 < np.abs(copied @ rows[0] - rows @ rows[0]).max() < 1e-4
    second = written(tmp_path / "b", copied)
    assert np.array_equal(second.batch(np.arange(1500)), copied)
    assert np.array_equal(first.rows(range(690, 710)), copied[690:710])


def test_a_few_of_many_are_all_compared_block_by_block(tmp_path, few, monkeypatch):
    monkeypatch.setattr("index.engines.local.rows.BLOCK", 100)
    rows = clustered(1500)
    matrix = written(tmp_path, rows)
    part = [*range(40, 390), *range(800, 810)]
    for question in rows[:5] + np.float32(0.01):
        found = matrix.nearest(question, 20, [range(40, 390), range(800, 810)])[1].tolist()
        assert found == [part[row] for row in best(rows[part], question, 20)]


def test_lists_of_earlier_versions_are_searched_as_they_were(tmp_path, few):
    rows = clustered(3000)
    np.save(tmp_path / "vectors.npy", rows)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(64), 64, 109, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.train(rows)
    index.add(rows)
    faiss.write_index(index, str(tmp_path / "vectors.faiss"))
    matrix = Matrix(tmp_path)
    cosines, found = matrix.nearest(rows[7], 2000)  # 129 lists of 109
    assert found.tolist() == best(rows, rows[7], 2000)
    assert cosines[0] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("dimension", [6, 7, 10])
def test_a_vector_of_any_dimension_is_put_into_codes(tmp_path, few, dimension):
    rows = clustered(1200, dimension)
    cosines, found = written(tmp_path, rows).nearest(rows[3], 1100)
    assert (found[0], cosines[0]) == (3, pytest.approx(1, abs=1e-3))


@pytest.mark.parametrize(
    "data",
    [
        np.eye(3),
        np.eye(3, dtype=np.float32)[0],
        np.asfortranarray(np.ones((3, 2), np.float32)),
        np.array(["a", "b"]),
    ],
    ids=["float64", "one row", "columns first", "words"],
)
def test_another_kind_of_array_is_refused(tmp_path, data):
    np.save(tmp_path / "vectors.npy", data)
    with pytest.raises(ValueError, match=r"vectors\.npy holds no matrix"):
        Matrix(tmp_path)


def test_a_pickle_is_refused(tmp_path):
    np.save(tmp_path / "vectors.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(ValueError):
        Matrix(tmp_path)


def test_lists_of_another_matrix_are_refused(tmp_path, few):
    written(tmp_path, clustered(1200))
    np.save(tmp_path / "vectors.npy", clustered(1100))
    with pytest.raises(ValueError, match="do not fit together"):
        Matrix(tmp_path)


# ------------------------------------------------------------------------------------ in an index


def fill(docs: Path) -> None:
    """1,200 units, a dozen a document."""
    rng = np.random.default_rng(7)
    for number in range(100):
        sentences = [f"The {' '.join(rng.choice(WORDS, 5))} has number {number * 12 + i}." for i in range(12)]
        (docs / f"{number}.txt").write_text("\n\n".join(sentences))


@pytest.mark.slow
def test_an_index_of_many_units_is_searched_reused_and_checked_alike(
    docs, settings, encoder, few, monkeypatch
):
    monkeypatch.setattr(lists, "PROBES", 69)  # which are all lists
    fill(docs)
    first = build(settings, encoder)
    assert first.sentences == 1213
    with_lists = Store(settings.index_folder()).current()
    assert "vectors.faiss" in with_lists.manifest.files
    with_lists.check()
    question = encoder.encode_questions(["harbour soup number 77"])[0]
    rows = np.array(with_lists.vectors(range(1213)))
    assert with_lists.matrix.nearest(question, 10)[1].tolist() == best(rows, question, 10)

    encoder.encoded.clear()
    (docs / "new.txt").write_text("A sentence that is new.")
    second = build(settings, encoder)
    assert (encoder.encoded, second.reused) == (["A sentence that is new."], 1213)
    again = Store(settings.index_folder()).current()
    assert len(again.matrix) == 1214
    assert (again.folder / "vectors.npy").samefile(with_lists.folder / "vectors.npy")
    again.check()
    assert rows_fit(settings, 3e-4)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["zeros", "cut", "altered"])
def test_damaged_lists_are_noticed(docs, settings, encoder, few, damage):
    fill(docs)
    build(settings, encoder)
    file = Store(settings.index_folder()).current().folder / "vectors.faiss"
    data = bytearray(file.read_bytes())
    if damage == "altered":
        data[-100] ^= 1
    file.write_bytes({"zeros": bytes(len(data)), "cut": data[:-1], "altered": data}[damage])

    def use() -> None:
        generation: Generation = Store(settings.index_folder()).current()
        assert generation.matrix
        generation.check()

    with pytest.raises(IndexDamaged, match="--full` to build it anew"):
        use()
