"""Graphs that were exported run without torch, in any shape, and damaged ones are told."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index import exporting, graphs
from index.exporting import exported
from index.graphs import Graph, NotExported
from tests.conftest import ROOT
from tests.networks import METADATA, Words, export, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / "sums"
    assert exported(folder, export) == METADATA
    return folder


@pytest.mark.slow
def test_a_graph_says_what_the_network_said_in_any_shape(folder: Path):
    sums, counts = Graph(folder).run(rows(1, 5, 4))
    assert sums.tolist() == [[3, 6, 9, 12], [15, 30, 45, 60], [12, 24, 36, 48]]
    assert counts.tolist() == [1, 5, 4]


def test_a_graph_of_one_shape_says_the_same(folder: Path):
    inputs = rows(3, 5)
    one, other = Graph(folder, shape=(2, 5)).run(inputs), Graph(folder).run(inputs)
    assert all((first == second).all() for first, second in zip(one, other, strict=True))
    with pytest.raises(RuntimeError):
        Graph(folder, shape=(2, 4)).run(inputs)


def test_a_table_of_words_fits_a_graph_of_one_shape(tmp_path: Path):
    exporting.export(Words(), rows(2, 3), METADATA.inputs, tmp_path)
    inputs = rows(4)
    one, other = Graph(tmp_path, shape=(1, 4)).run(inputs), Graph(tmp_path).run(inputs)
    assert one[0] == pytest.approx(other[0], abs=0.05)


@pytest.mark.parametrize("at_once", [True, False])
def test_many_batches_come_back_by_their_keys(folder: Path, at_once: bool):
    lengths = [1 + number % 7 for number in range(60)]
    batches = ((number, rows(length)) for number, length in enumerate(lengths))
    found = {number: counts.item() for number, (_, counts) in Graph(folder, at_once=at_once).run_all(batches)}
    assert found == dict(enumerate(lengths))


@pytest.mark.parametrize("name", ["graph.xml", "graph.bin"])
def test_damaged_files_are_told(folder: Path, tmp_path: Path, name: str):
    for file in filter(Path.is_file, folder.iterdir()):
        (tmp_path / file.name).write_bytes(b"" if file.name == name else file.read_bytes())
    with pytest.raises(NotExported):
        Graph(tmp_path)


@pytest.mark.parametrize("damage", [Path.unlink, lambda table: table.write_bytes(table.read_bytes()[:-1])])
def test_a_damaged_table_of_words_is_told(tmp_path: Path, damage: Callable[[Path], object]):
    exporting.export(Words(), rows(2, 3), METADATA.inputs, tmp_path)
    damage(tmp_path / "words.npy")
    with pytest.raises(NotExported):
        Graph(tmp_path)


@pytest.mark.slow
def test_nobody_is_told_of_it(folder: Path):
    """OpenVINO's package of tools sends an event to its makers when it is imported."""
    Graph(folder).run(rows(2))
    export_again = (
        "import sys; from index import graphs; graphs.openvino(); from openvino.frontend import pytorch; "
    )
    script = export_again + "print([name for name in sys.modules if 'telemetry' in name])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_without_openvino_nothing_is_exported(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    graphs.openvino.cache_clear()
    with pytest.raises(NotExported, match=r"^OpenVINO is not installed here"):
        Graph(folder)
