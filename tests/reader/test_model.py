"""The network: what it says of rows, and that its packed weights say nearly the same."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from bot.reader.model import WORD_TABLE, Dropout, Network, logits, mix, pack, trained, unpack, untrained
from bot.reader.tokens import Tokens, pairs
from index.models import EMBEDDED_MODEL, folder_of

QUESTION = "Who built the lighthouse?"
PASSAGES = [
    "Ada Holm built it.",
    "Sailors call it the Old Candle, and on clear nights it is seen from thirty miles away.",
    "No.",
]


@pytest.fixture(scope="module")
def network(tiny: Path) -> Network:
    """One that knows nothing yet, and always says the same."""
    torch.manual_seed(1)
    return untrained(tiny).eval()


@pytest.fixture
def rows(words: Tokenizer) -> list[Tokens]:
    return pairs(words, QUESTION, PASSAGES)


def said(network: Network, rows: list[Tokens]) -> tuple[Tensor, Tensor, Tensor]:
    with torch.inference_mode():
        return logits(network, rows)


def holder(**weights: np.ndarray) -> nn.Module:
    module = nn.Module()
    for name, value in weights.items():
        module.register_buffer(name, torch.from_numpy(value))
    return module


def test_logits_have_a_row_a_passage(network: Network, rows: list[Tokens]):
    starts, ends, answers = said(network, rows)
    longest = max(len(row.ids) for row in rows)
    assert (starts.shape, ends.shape, answers.shape) == ((3, longest), (3, longest), (3,))
    assert all(torch.isfinite(side).all() for side in (starts, ends, answers))


def test_answers_start_and_end_in_the_passage(network: Network, rows: list[Tokens]):
    for side in said(network, rows)[:2]:
        shares = side.softmax(-1).numpy()
        for row, share in zip(rows, shares, strict=True):
            inside = np.zeros(len(share), bool)
            inside[: len(row.ids)] = row.offsets[:, 0] >= 0
            assert (share[~inside] == 0).all()
            assert (share[inside] > 0).all()


def test_what_a_row_is_filled_up_with_changes_nothing(network: Network, rows: list[Tokens]):
    starts, ends, answers = said(network, rows)
    assert len({len(row.ids) for row in rows}) == 3
    for number, row in enumerate(rows):
        alone = said(network, [row])
        together = (starts[number, : len(row.ids)], ends[number, : len(row.ids)], answers[number])
        for one, other in zip(alone, together, strict=True):
            torch.testing.assert_close(one[0], other, rtol=1e-4, atol=1e-5)


def test_the_passage_and_the_question_are_told_apart(network: Network, words: Tokenizer):
    one, other = (pairs(words, *texts) for texts in (("a b", ["c d"]), ("a", ["b c d"])))
    assert abs(said(network, one)[2] - said(network, other)[2]).item() > 1e-4


def test_the_body_is_the_encoders_and_the_heads_are_drawn_by_chance(tiny: Path):
    encoder = load_file(tiny / "model.safetensors")
    one, other = (untrained(tiny).state_dict() for _ in range(2))
    for name, value in encoder.items():
        assert torch.equal(one[f"body.{name}"], value)
    assert one.keys() == {f"body.{name}" for name in encoder} | {
        f"{head}.{part}" for head in ("spans", "gist", "answers") for part in ("weight", "bias")
    }
    assert not torch.equal(one["spans.weight"], other["spans.weight"])


def test_a_mean_of_weights(tiny: Path):
    torch.manual_seed(2)
    one, other = untrained(tiny), untrained(tiny)
    first, second = ({k: v.clone() for k, v in each.state_dict().items()} for each in (one, other))
    mix(one, other, 0)
    assert all(torch.equal(value, first[name]) for name, value in one.state_dict().items())
    mix(one, other, 0.25)
    for name, value in one.state_dict().items():
        torch.testing.assert_close(value, 0.75 * first[name] + 0.25 * second[name])
    assert all(torch.equal(value, second[name]) for name, value in other.state_dict().items())


# ------------------------------------------------------------------------------------- packed weights


def test_packed_weights_say_nearly_the_same(network: Network, rows: list[Tokens], tiny: Path, tmp_path: Path):
    save_file(pack(network), tmp_path / "packed.safetensors")
    again = trained(tiny, load_file(tmp_path / "packed.safetensors"))
    assert not again.training
    for one, other in zip(said(network, rows), said(again, rows), strict=True):
        inside = one > torch.finfo(one.dtype).min
        assert (one - other)[inside].abs().max() < 0.1 * one[inside].abs().max()
        assert not torch.equal(one, other)  # they were rounded


def test_packing_what_was_packed_changes_nothing_more(network: Network, tiny: Path):
    once = trained(tiny, pack(network))
    twice = trained(tiny, pack(once))
    for name, value in once.state_dict().items():
        torch.testing.assert_close(twice.state_dict()[name], value, rtol=1e-5, atol=1e-7)


def test_the_word_table_is_the_encoders_and_is_not_packed(network: Network, tiny: Path):
    packed = pack(network)
    assert not any("word_embeddings" in name for name in packed)
    table = load_file(tiny / "model.safetensors")[WORD_TABLE.removeprefix("body.")]
    assert torch.equal(trained(tiny, packed).state_dict()[WORD_TABLE], table)


def test_matrices_are_packed_in_8_bits_and_the_rest_in_16(network: Network):
    packed = pack(network)
    kinds = {value.dtype for name, value in packed.items() if not name.endswith(".scale")}
    assert kinds == {torch.int8, torch.float16}
    assert packed["spans.weight"].dtype == torch.int8
    assert packed["spans.weight.scale"].shape == (2, 1)
    assert packed["spans.bias"].dtype == torch.float16
    size = sum(value.nbytes for value in packed.values())
    whole = sum(value.nbytes for name, value in network.state_dict().items() if name != WORD_TABLE)
    assert size < 0.45 * whole


def test_weights_that_lack_a_part_are_refused(network: Network, tiny: Path):
    packed = pack(network)
    del packed["gist.bias"]
    with pytest.raises(RuntimeError, match=r"gist\.bias"):
        trained(tiny, packed)


MATRICES = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(-1000, 1000, width=32, allow_subnormal=False),
)


@given(MATRICES)
def test_a_matrix_is_rounded_by_half_a_step_of_its_row_at_most(matrix: np.ndarray):
    found = unpack(pack(holder(matrix=matrix)))["matrix"].numpy()  # type: ignore[arg-type]
    step = np.abs(matrix).max(axis=1, keepdims=True).clip(1e-8) / 127
    assert found.dtype == np.float32
    assert (np.abs(found - matrix) <= 0.5001 * step + 1e-12).all()
    assert (found[matrix == 0] == 0).all()


@given(arrays(np.float32, 5, elements=st.floats(-1000, 1000, width=32)))
def test_a_vector_is_rounded_to_16_bits(vector: np.ndarray):
    found = unpack(pack(holder(vector=vector)))["vector"].numpy()  # type: ignore[arg-type]
    np.testing.assert_allclose(found, vector, rtol=2**-11, atol=2**-25)


# --------------------------------------------------------------------------------------- the real one


@pytest.mark.slow
def test_the_embedded_encoder_packed(rows: list[Tokens]):
    folder = folder_of(EMBEDDED_MODEL)
    torch.manual_seed(1)
    network = untrained(folder).eval()
    packed = pack(network)
    assert sum(value.nbytes for value in packed.values()) < 12_000_000
    for one, other in zip(said(network, rows), said(trained(folder, packed), rows), strict=True):
        near = one > torch.finfo(one.dtype).min
        torch.testing.assert_close(one[near], other[near], rtol=0.05, atol=0.05)


def test_values_are_dropped_by_torchs_seed_while_training():
    dropout = Dropout(0.1)
    ones = torch.ones(200, 500)
    assert dropout.eval()(ones) is ones
    dropout.train()
    torch.manual_seed(1)
    first, second = dropout(ones), dropout(ones)
    torch.manual_seed(1)
    assert torch.equal(dropout(ones), first)
    assert not torch.equal(first, second)
    assert sorted(first.unique().tolist()) == pytest.approx([0, 256 / 230])
    assert (first == 0).float().mean().item() == pytest.approx(26 / 256, abs=0.005)
    assert first.mean().item() == pytest.approx(1, abs=0.01)


def test_a_network_drops_values_by_it(tiny: Path):
    kinds = {type(module) for module in untrained(tiny).modules() if "Dropout" in type(module).__name__}
    assert kinds == {Dropout, nn.Dropout}  # torch's where nothing is dropped
