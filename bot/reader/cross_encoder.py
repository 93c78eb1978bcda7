"""A cross-encoder in, weights for a reader to start from out: what ranks passages already has less to learn.

    python -m bot.reader.cross_encoder model.onnx --out FOLDER

The file is of a BERT with one class, as sentence-transformers trains it, in ONNX, its matrices in 8 bits by
onnxruntime's dynamic quantisation, each with a scale and a zero point: weight = (value - zero point) × scale.
It is read by OpenVINO. Its table of words gives way to that of the base, whose vocabulary it shares; where
both descend from one model, it ranks nearly as before.
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from bot.reader.model import WORD_TABLE, Network, trained
from bot.reader.train import write
from index import models

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_QUANTISED, _SCALE, _ZERO = "_quantized", "_scale", "_zero_point"
_MATRIX = re.compile(r"/(?P<name>(?:bert|classifier)\b.*?)/(?:MatMul|Gemm)[^/]*_quant")
_HEADS = {"bert.pooler.dense": "gist", "classifier": "answers"}
"""What becomes of its heads, which are a reader's own but for where an answer stands."""


def weights_of(file: Path) -> "dict[str, NDArray[np.float32]]":
    """The weights of a cross-encoder in ONNX, in 32 bits, under the names that transformers gives them.

    Args:
        file: what OpenVINO reads.
    """
    import openvino

    operations = openvino.Core().read_model(file).get_ops()
    constants = {one.get_friendly_name(): one for one in operations if one.get_type_name() == "Constant"}

    def dequantised(name: str) -> "NDArray[np.float32]":
        values, scale, zero = (constants[name + part].data for part in (_QUANTISED, _SCALE, _ZERO))
        found: NDArray[np.float32] = (values.astype("float32") - float(zero)) * scale.astype("float32")
        return found

    found = {
        name: one.data.astype("float32")
        for name, one in constants.items()
        if name.startswith(("bert.", "classifier.")) and not name.endswith((_QUANTISED, _SCALE, _ZERO))
    }
    for name in constants:
        if name.startswith("bert.") and name.endswith(_QUANTISED):
            found[name.removesuffix(_QUANTISED)] = dequantised(name.removesuffix(_QUANTISED))
    for one in operations:
        if matrix := _MATRIX.fullmatch(one.get_friendly_name()):
            name = matrix["name"].replace("/", ".")
            found[f"{name}.weight"] = dequantised(_constant(one)).T
    return found


def _constant(matrix_product: Any) -> str:
    """The name of the quantised matrix of a product, which is its second input, maybe behind a cast."""
    node = matrix_product.input_value(1).get_node()
    while node.get_type_name() != "Constant":
        node = node.input_value(0).get_node()
    return str(node.get_friendly_name()).removesuffix(_QUANTISED)


def network_of(weights: "dict[str, NDArray[np.float32]]", folder: Path) -> Network:
    """A reader that says of a passage what the cross-encoder does; where an answer stands it does not know.

    Args:
        weights: as ``weights_of`` returns them.
        folder: of the encoder whose table of words it has from now on.
    """
    named = {}
    for name, value in weights.items():
        head, _, part = name.rpartition(".")
        inside = f"body.{name.removeprefix('bert.')}" if head not in _HEADS else f"{_HEADS[head]}.{part}"
        if inside != WORD_TABLE:
            named[inside] = torch.from_numpy(value.copy())
    width = len(named["gist.bias"])
    spans = torch.nn.Linear(width, 2)
    named |= {"spans.weight": spans.weight.detach(), "spans.bias": spans.bias.detach()}
    return trained(folder, named)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="in ONNX")
    parser.add_argument(
        "--base", default=models.EMBEDDED_MODEL, help="the encoder whose table of words it takes"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights")
    given = parser.parse_args(arguments)
    torch.manual_seed(1)
    network = network_of(weights_of(given.file), models.folder_of(given.base))
    write(network, {"base": given.base, "seed": 1, "history": [], "articles": []}, given.out)


if __name__ == "__main__":
    main()
