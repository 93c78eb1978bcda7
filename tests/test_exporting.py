"""Networks are exported once, kept whole, and refused for good where they cannot be."""

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from index import exporting
from index.exporting import exported
from index.graphs import Graph, GraphMetadata, NotExported
from tests.networks import METADATA, Sums, Words, export, rows

IN_16_BITS = 0.03  # how far sums of some 400 numbers may be from those in 32 bits


@pytest.mark.slow
def test_it_is_exported_once(tmp_path: Path):
    def never(_: Path) -> GraphMetadata:
        raise AssertionError

    assert exported(tmp_path / "sums", export) == exported(tmp_path / "sums", never) == METADATA
    assert [path.name for path in tmp_path.iterdir()] == ["sums"]


def test_a_large_table_of_words_lies_outside_the_graph(tmp_path: Path):
    network = Words()
    exporting.export(network, rows(2, 3), METADATA.inputs, tmp_path)
    table = np.load(tmp_path / "words.npy")
    assert (table.shape, table.dtype) == ((3000, 400), np.float16)
    assert (tmp_path / "graph.bin").stat().st_size < table.nbytes / 2
    few, many = np.array([[2999, 0, 17], [17, 17, 5]]), np.arange(1200).reshape(2, 600)
    for ids in (few, many):
        mask = np.ones_like(ids)
        mask[1, -1] = 0
        said = Graph(tmp_path).run([ids, mask])[0]
        assert said == pytest.approx(network(*map(torch.from_numpy, (ids, mask))).numpy(), abs=IN_16_BITS)


def test_matrices_trained_in_8_bits_stay_so(tmp_path: Path):
    wide, levels = Words(), Words()
    scale = levels.dense.weight.abs().amax(1, keepdim=True) / 127
    levels.dense.weight.data = (levels.dense.weight / scale).round() * scale
    sizes = []
    for name, network in (("wide", wide), ("levels", levels)):
        (tmp_path / name).mkdir()
        exporting.export(network, rows(2, 3), METADATA.inputs, tmp_path / name)
        sizes.append((tmp_path / name / "graph.bin").stat().st_size)
    assert sizes[1] < 0.6 * sizes[0]
    said = Graph(tmp_path / "levels").run(rows(4))[0]
    assert said == pytest.approx(levels(*map(torch.from_numpy, rows(4))).numpy(), abs=IN_16_BITS)


def test_what_a_library_says_while_a_network_is_traced_is_not_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    log = logging.getLogger("sentence_transformers.some_module")

    class Talkative(Sums):
        def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            log.warning("deprecated")
            return super().forward(ids, mask)

    exporting.export(Talkative(), rows(2, 3), METADATA.inputs, tmp_path)
    assert caplog.text == ""
    log.warning("heard again")
    assert "heard again" in caplog.text


@pytest.mark.slow
def test_threads_that_want_the_same_graph_export_it_once(tmp_path: Path):
    times: list[int] = []

    def counted(folder: Path) -> GraphMetadata:
        times.append(1)
        return export(folder)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: exported(tmp_path / "sums", counted), range(4)))
    assert (found, len(times)) == ([METADATA] * 4, 1)


@pytest.mark.slow
def test_what_another_version_of_docent_kept_is_exported_again(tmp_path: Path):
    exported(tmp_path / "sums", export)
    about = tmp_path / "sums" / "about.json"
    kept = msgspec.json.decode(about.read_bytes())
    for other in (msgspec.json.encode({**kept, "format": 0}), b"{broken", b"{}"):
        about.write_bytes(other)
        assert exported(tmp_path / "sums", export) == METADATA
        assert msgspec.json.decode(about.read_bytes()) == kept


@pytest.mark.slow
@pytest.mark.parametrize("kind", [NotExported, RuntimeError])
def test_a_refusal_is_kept_for_this_version_of_openvino(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
):
    tried: list[Path] = []

    def refuse(folder: Path) -> GraphMetadata:
        tried.append(folder)
        raise kind("it is too odd")

    for _ in range(2):
        with pytest.raises(NotExported, match=r"^it is too odd$"):
            exported(tmp_path / "odd", refuse)
    assert len(tried) == 1
    monkeypatch.setattr("importlib.metadata.version", lambda _: "2099.1")
    assert exported(tmp_path / "odd", export) == METADATA


def test_a_network_that_openvino_cannot_express_is_refused(tmp_path: Path):
    class Odd(nn.Module):
        def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
            return torch.linalg.eigvals((ids.T @ mask).float())

    with pytest.raises(NotExported):
        exporting.export(Odd(), rows(3, 3, 3), METADATA.inputs, tmp_path)


def test_where_nothing_can_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(NotExported, match=r"^nothing can be written to .*file: "):
        exported(tmp_path / "file" / "sums", export)


@pytest.mark.slow
def test_another_process_may_be_quicker(tmp_path: Path):
    def late(folder: Path) -> GraphMetadata:
        metadata = export(folder)
        shutil.copytree(folder, tmp_path / "sums")
        return metadata

    assert exported(tmp_path / "sums", late) == METADATA
    assert Graph(tmp_path / "sums").run(rows(2))[1].tolist() == [2]
