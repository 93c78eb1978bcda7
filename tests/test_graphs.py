"""Graphs of networks: exported once, kept whole, and refused for good where they cannot be."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from index import graphs
from index.graphs import About, Graph, NotExported, exported
from tests.conftest import ROOT

ABOUT = About(inputs=("input_ids", "attention_mask"), most_tokens=9, dimension=4)


class Sums(nn.Module):
    """The sum of the ids that the mask leaves, times 1, 2, 3 and 4; and the number of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.arange(1, 5, dtype=torch.float32))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        sums = (ids * mask).sum(1, keepdim=True).float()
        return sums * self.weights, mask.sum(1).float()


def rows(*lengths: int) -> list[np.ndarray]:
    longest = max(lengths)
    mask = np.array([[1] * n + [0] * (longest - n) for n in lengths], np.int64)
    return [mask * 3, mask]


def export(folder: Path) -> About:
    graphs.export(Sums(), rows(2, 3), ABOUT.inputs, folder)
    return ABOUT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / "sums"
    assert exported(folder, export) == ABOUT
    return folder


def test_a_graph_says_what_the_network_said_in_any_shape(folder: Path):
    sums, counts = Graph(folder).run(rows(1, 5, 4))
    assert sums.tolist() == [[3, 6, 9, 12], [15, 30, 45, 60], [12, 24, 36, 48]]
    assert counts.tolist() == [1, 5, 4]


@pytest.mark.parametrize("at_once", [True, False])
def test_many_batches_come_back_by_their_keys(folder: Path, at_once: bool):
    lengths = [1 + number % 7 for number in range(60)]
    batches = ((number, rows(length)) for number, length in enumerate(lengths))
    found = {number: counts.item() for number, (_, counts) in Graph(folder, at_once=at_once).run_all(batches)}
    assert found == dict(enumerate(lengths))


def test_it_is_exported_once(folder: Path):
    def never(_: Path) -> About:
        raise AssertionError

    assert exported(folder, never) == ABOUT
    assert [path.name for path in folder.parent.iterdir()] == ["sums"]


def test_threads_that_want_the_same_graph_export_it_once(tmp_path: Path):
    times: list[int] = []

    def counted(folder: Path) -> About:
        times.append(1)
        return export(folder)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: exported(tmp_path / "sums", counted), range(4)))
    assert (found, len(times)) == ([ABOUT] * 4, 1)


def test_what_another_version_of_docent_kept_is_exported_again(tmp_path: Path):
    exported(tmp_path / "sums", export)
    about = tmp_path / "sums" / "about.json"
    kept = msgspec.json.decode(about.read_bytes())
    for other in (msgspec.json.encode({**kept, "format": 0}), b"{broken", b"{}"):
        about.write_bytes(other)
        assert exported(tmp_path / "sums", export) == ABOUT
        assert msgspec.json.decode(about.read_bytes()) == kept


def test_a_refusal_is_kept_for_this_version_of_openvino(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tried: list[Path] = []

    def refuse(folder: Path) -> About:
        tried.append(folder)
        raise NotExported("it is too odd")

    for _ in range(2):
        with pytest.raises(NotExported, match=r"^it is too odd$"):
            exported(tmp_path / "odd", refuse)
    assert len(tried) == 1
    monkeypatch.setattr(graphs, "_version", lambda: "2099.1")
    assert exported(tmp_path / "odd", export) == ABOUT


def test_a_network_that_openvino_cannot_express_is_refused(tmp_path: Path):
    class Odd(nn.Module):
        def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
            return torch.linalg.eigvals((ids.T @ mask).float())

    with pytest.raises(NotExported):
        graphs.export(Odd(), rows(3, 3, 3), ABOUT.inputs, tmp_path)


def test_where_nothing_can_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(NotExported, match=r"^nothing can be written to .*file: "):
        exported(tmp_path / "file" / "sums", export)


def test_another_process_may_be_quicker(tmp_path: Path):
    def late(folder: Path) -> About:
        about = export(folder)
        shutil.copytree(folder, tmp_path / "sums")
        return about

    assert exported(tmp_path / "sums", late) == ABOUT
    assert Graph(tmp_path / "sums").run(rows(2))[1].tolist() == [2]


@pytest.mark.parametrize("name", ["graph.xml", "graph.bin"])
def test_damaged_files_are_told(folder: Path, tmp_path: Path, name: str):
    for file in filter(Path.is_file, folder.iterdir()):
        (tmp_path / file.name).write_bytes(b"" if file.name == name else file.read_bytes())
    with pytest.raises(NotExported):
        Graph(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{broken")
    with pytest.raises(NotExported):
        graphs.tokenizer(tmp_path, 9)


def test_nobody_is_told_of_it(folder: Path):
    """OpenVINO's package of tools sends an event to its makers when it is imported."""
    Graph(folder).run(rows(2))
    export_again = (
        "import sys; from index import graphs; graphs._openvino(); from openvino.frontend import pytorch; "
    )
    script = export_again + "print([name for name in sys.modules if 'telemetry' in name])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_without_openvino_nothing_is_exported(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    graphs._openvino.cache_clear()
    with pytest.raises(NotExported, match=r"^OpenVINO is not installed here"):
        Graph(folder)
