"""Tests for bot/reader/cross_encoder.py, with a cross-encoder quantised as onnxruntime does it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openvino
import pytest
import torch
from openvino import opset13 as opset
from safetensors.torch import load_file
from transformers import AutoConfig, BertForSequenceClassification

from bot.reader import cross_encoder
from bot.reader.cross_encoder import network_of, weights_of
from bot.reader.model import trained
from bot.reader.readers import CHECKSUM, TRAINING, WEIGHTS

TABLE = "embeddings.word_embeddings.weight"
ZERO = 3


def constant(name: str, value: object, kind: type) -> openvino.Node:
    node = opset.constant(np.asarray(value), dtype=kind)
    node.set_friendly_name(name)
    return node


def quantised(name: str, value: np.ndarray, kind: type) -> Iterator[openvino.Node]:
    """The values in 8 bits, their scale and their zero point."""
    scale = np.abs(value).max() / 100
    middle = ZERO if kind is np.int8 else ZERO + 128
    yield constant(f"{name}_quantized", np.round(value / scale) + middle, kind)
    yield constant(f"{name}_scale", scale, np.float32)
    yield constant(f"{name}_zero_point", middle, kind)


def saved(network: BertForSequenceClassification, file: Path) -> None:
    """The network's weights, named as in a graph that onnxruntime quantised."""
    results, number = [], 0
    for name, tensor in network.state_dict().items():
        value = tensor.numpy()
        if value.ndim == 1:
            results.append(constant(name, value, np.float32))
        elif ".embeddings." in name:
            results += quantised(name, value, np.uint8)
        else:
            number += 1
            matrix, *others = quantised(f"onnx::MatMul_{number}", value.T, np.int8)
            texts = opset.parameter([1, value.shape[1]], np.float32)
            product = opset.matmul(texts, opset.convert(matrix, "f32"), False, False)
            product.set_friendly_name("/" + name.removesuffix(".weight").replace(".", "/") + "/MatMul_quant")
            results += [product, *others]
    inputs = [node.input_value(0).get_node() for node in results if node.get_type_name() == "MatMul"]
    openvino.save_model(openvino.Model([opset.result(node) for node in results], inputs), file, False)


@pytest.fixture(scope="module")
def cross(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BertForSequenceClassification]:
    """A cross-encoder of random weights with three layers and another table of words, and its file."""
    config = AutoConfig.from_pretrained(tiny, local_files_only=True, num_labels=1, num_hidden_layers=3)
    torch.manual_seed(3)
    network = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        for values in network.state_dict().values():
            values.add_(torch.randn_like(values.float()).to(values) * 0.1)
    file = tmp_path_factory.mktemp("cross") / "model.xml"
    saved(network, file)
    return file, network


def test_weights_are_those_of_the_cross_encoder(cross: tuple[Path, BertForSequenceClassification]):
    file, network = cross
    found = weights_of(file)
    wanted = {name: value for name, value in network.state_dict().items() if "position_ids" not in name}
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        step = float(value.abs().max()) / 100 if value.ndim == 2 else 0.0
        assert np.abs(found[name] - value.numpy()).max() <= 0.51 * step, name


def test_the_reader_says_of_passages_what_the_cross_encoder_does(
    cross: tuple[Path, BertForSequenceClassification], tiny: Path
):
    file, network = cross
    weights = weights_of(file)
    table = load_file(tiny / "model.safetensors")[TABLE]
    state = {name: torch.from_numpy(value.copy()) for name, value in weights.items()}
    network.load_state_dict(state | {f"bert.{TABLE}": table})
    ids = torch.tensor([[101, 7592, 102, 2088, 2003, 102]])
    types = torch.tensor([[0, 0, 0, 1, 1, 1]])
    with torch.inference_mode():
        wanted = network(input_ids=ids, token_type_ids=types, attention_mask=torch.ones_like(ids)).logits
        _, _, answers = network_of(weights, tiny)(ids, types, torch.ones_like(ids))
    assert answers.item() == pytest.approx(wanted.item(), abs=1e-4)


def test_the_command_writes_what_training_starts_from(
    cross: tuple[Path, BertForSequenceClassification],
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(cross_encoder.models, "folder_of", lambda _: tiny)
    cross_encoder.main([str(cross[0]), "--out", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {WEIGHTS.name, CHECKSUM.name, TRAINING.name}
    network = trained(tiny, load_file(tmp_path / WEIGHTS.name))
    assert len(network.body.encoder.layer) == 3
