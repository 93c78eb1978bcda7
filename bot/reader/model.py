"""The reader's network: the embedded encoder, read across question and passage, with two heads.

It is a BERT (Devlin et al., 2019) as small as MiniLM (Wang et al., 2020) whose heads say, of each token of
the passage, whether an answer starts or ends there, and of the first token, whether the passage answers.
The embedding matrix is that of the embedded encoder, unchanged, so it is not kept with the reader's weights.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig

from bot.reader.tokens import Tokens, padded
from index.exporting import LEVELS

WORD_TABLE = "body.embeddings.word_embeddings.weight"
OUTSIDE = float(torch.finfo(torch.float32).min)  # of the passage: what is next to impossible
_SCALE = ".scale"


class Dropout(nn.Module):
    """Sets a share of values to zero while training, as ``torch.nn.Dropout`` does.

    That one draws by one core on most processors, which took a fifth of a training step.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.least = round(share * 256)  # of a random byte, to keep the value

    def forward(self, values: Tensor) -> Tensor:
        """Values of the same shape."""
        if not self.training or not self.least:
            return values
        if values.is_cuda:
            return nn.functional.dropout(values, self.least / 256)
        seed = int(torch.randint(2**62, ()))  # so that it depends on torch's seed alone
        drawn = np.random.Generator(np.random.SFC64(seed)).bytes(values.numel())
        kept = torch.frombuffer(bytearray(drawn), dtype=torch.uint8).view(values.shape) >= self.least
        return values * kept * (256 / (256 - self.least))


class Network(nn.Module):
    """Reads batches of token ids."""

    def __init__(self, config: PreTrainedConfig) -> None:
        super().__init__()
        self.body = AutoModel.from_config(config, add_pooling_layer=False)
        self._typed = getattr(config, "type_vocab_size", 0) > 1
        self.spans = nn.Linear(config.hidden_size, 2)
        self.gist = nn.Linear(config.hidden_size, config.hidden_size)
        self.answers = nn.Linear(config.hidden_size, 1)
        self.dropout = Dropout(config.hidden_dropout_prob)
        for module in list(self.modules()):
            for name, child in module.named_children():
                if isinstance(child, nn.Dropout) and child.p:
                    setattr(module, name, Dropout(child.p))

    def freeze(self, layers: int) -> None:
        """Keep the embedding matrix, and with the lowest layers, if any are to be kept, all embeddings.

        A step then takes less time: nothing goes back through what is kept.
        """
        embeddings = self.body.embeddings
        (embeddings if layers else embeddings.word_embeddings).requires_grad_(False)
        for layer in self.body.encoder.layer[:layers]:
            layer.requires_grad_(False)

    def drop(self, share: float) -> None:
        """Drop this share of the values while training."""
        for module in self.modules():
            if isinstance(module, Dropout):
                module.least = round(share * 256)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits that an answer starts at a token, that it ends there, and that there is one.

        Args:
            ids: of tokens, shape (reads, tokens).
            types: 0 for the question, 1 for the passage, same shape.
            mask: 1 for tokens, 0 for padding, same shape.

        Returns:
            three tensors, of shapes (reads, tokens), (reads, tokens) and (reads,).
        """
        more = {"token_type_ids": types} if self._typed else {}
        hidden = self.body(input_ids=ids, attention_mask=mask, **more).last_hidden_state
        starts, ends = self.spans(self.dropout(hidden)).unbind(-1)
        gist = torch.tanh(self.gist(self.dropout(hidden[:, 0])))
        return starts, ends, self.answers(self.dropout(gist)).squeeze(-1)


def logits(network: Network, rows: Sequence[Tokens]) -> tuple[Tensor, Tensor, Tensor]:
    """The logits of rows of tokens, as ``forward`` returns them.

    Starts and ends are next to impossible outside the passage.
    """
    device = network.answers.weight.device
    ids, types, mask, inside = (
        torch.from_numpy(padded(part)).to(device)
        for part in (
            [row.ids for row in rows],
            [row.types for row in rows],
            [np.ones_like(row.ids) for row in rows],
            [(row.offsets[:, 0] >= 0).astype(np.int64) for row in rows],
        )
    )
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or network.training):
        starts, ends, answers = (part.float() for part in network(ids, types, mask))
    return starts.masked_fill(inside == 0, OUTSIDE), ends.masked_fill(inside == 0, OUTSIDE), answers


def read(network: Network, rows: Sequence[Tokens], at_once: int) -> tuple[Tensor, Tensor, Tensor]:
    """``logits`` of any number of rows, ``at_once`` at a time: rows of like length need little padding."""
    order = sorted(range(len(rows)), key=lambda number: len(rows[number].ids))
    longest = len(rows[order[-1]].ids)
    parts = []
    for begin in range(0, len(order), at_once):
        starts, ends, answers = logits(network, [rows[number] for number in order[begin : begin + at_once]])
        fill = (0, longest - starts.shape[1])
        starts, ends = (nn.functional.pad(side, fill, value=OUTSIDE) for side in (starts, ends))
        parts.append((starts, ends, answers))
    back = torch.tensor(order, device=parts[0][0].device).argsort()
    starts, ends, answers = (torch.cat(side)[back] for side in zip(*parts, strict=True))
    return starts, ends, answers


def untrained(folder: Path) -> Network:
    """A network whose body is the encoder in a folder; the heads know nothing yet."""
    network = Network(_config(folder))
    weights = load_file(folder / "model.safetensors")
    names = network.body.state_dict().keys()
    network.body.load_state_dict({name: weights[name] for name in names if name in weights}, strict=False)
    return network


def trained(folder: Path, weights: Mapping[str, Tensor]) -> Network:
    """The trained network, ready to read.

    Args:
        folder: of the embedded encoder, whose table of words and shape it has; layers are as many as there
            are weights for.
        weights: as ``pack`` made them.
    """
    config = _config(folder)
    config.num_hidden_layers = sum(name.endswith(".attention.self.query.bias") for name in weights)
    network = Network(config)
    table = load_file(folder / "model.safetensors")[WORD_TABLE.removeprefix("body.")]
    network.load_state_dict({WORD_TABLE: table, **unpack(weights)})
    return network.eval()


def _config(folder: Path) -> PreTrainedConfig:
    config: PreTrainedConfig = AutoConfig.from_pretrained(folder, local_files_only=True)
    config.attention_probs_dropout_prob = 0.0  # a fifth of the time of a step, for nothing that was seen
    return config


def mix(network: Network, other: Network, share: float) -> None:
    """Put a share of the weights of another such network into the mean with a network's own.

    Where one was trained from the other, weights between the two often do better than either: Wortsman et
    al., "Robust fine-tuning of zero-shot models" (2022).
    """
    theirs = other.state_dict()
    mixed = {name: value.lerp(theirs[name].to(value), share) for name, value in network.state_dict().items()}
    network.load_state_dict(mixed)


def pack(network: Network) -> dict[str, Tensor]:
    """The weights but the embedding matrix: matrices quantised to 8 bits, a scale a row, the rest in 16."""
    packed = {}
    for name, value in network.state_dict().items():
        if name == WORD_TABLE:
            continue
        if value.ndim == 2:
            scale = value.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / LEVELS
            packed[name] = (value / scale).round().to(torch.int8)
            packed[name + _SCALE] = scale
        else:
            packed[name] = value.half() if value.is_floating_point() else value
    return packed


def unpack(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights dequantised to 32 bits; the inverse of ``pack`` but for rounding."""
    return {
        name: value.float() * packed[name + _SCALE] if value.dtype == torch.int8 else value.float()
        for name, value in packed.items()
        if not name.endswith(_SCALE)
    }
