"""What tests of the reader share: the embedded tokenizer, and a network that is small enough to train."""

import json
import shutil
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from bot.reader.tokens import tokenizer
from index.models import EMBEDDED_MODEL, folder_of
from tests.evaluation.conftest import ABOUT_BREAD, ABOUT_LIGHTHOUSE, asked, squad


@pytest.fixture(scope="session")
def words() -> Tokenizer:
    """The tokenizer of the embedded model."""
    return tokenizer(folder_of(EMBEDDED_MODEL))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like that of the embedded encoder, with its words, but two thin layers drawn by chance."""
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(folder_of(EMBEDDED_MODEL) / name, folder)
    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=0.3,
    )
    config.save_pretrained(folder)
    torch.manual_seed(0)
    save_file(BertModel(config, add_pooling_layer=False).state_dict(), folder / "model.safetensors")
    return folder


FERRY = (
    "The ferry to Aldholm leaves from the north quay at seven in the morning. It carries forty cars and "
    "two hundred people. In winter the crossing takes three hours, since the captain sails around the ice."
)
CLOCK = (
    "The clock of Merrin has no hands. A bell ringer named Osk Tal strikes the hours on a bronze bell that "
    "weighs nine tons. The bell was cast in 1702 and cracked in 1840, but it was never cast anew."
)
GARDEN = (
    "Visitors of the garden in Pell pay with seeds. The gardener, Ima Roth, keeps them in drawers of oak. "
    "Most of the roses there are white, and one of them is said to be four hundred years old."
)
MILL = (
    "The paper mill of Sunder makes paper from hemp and rags. Its wheel has twenty paddles and turns in the "
    "river Ose. A sheet dries for two days in the loft before it is sold to painters."
)
ARTICLES = (
    ABOUT_LIGHTHOUSE,
    ABOUT_BREAD,
    (
        "Aldholm ferry",
        [
            (
                FERRY,
                [
                    asked("When does the ferry to Aldholm leave?", "seven in the morning", "at seven"),
                    asked("How many cars does the ferry carry?", "forty"),
                    asked("Who built the ferry to Aldholm?"),
                ],
            )
        ],
    ),
    (
        "Merrin clock",
        [
            (
                CLOCK,
                [
                    asked("Who strikes the hours in Merrin?", "Osk Tal"),
                    asked("When did the bell of Merrin crack?", "1840"),
                ],
            )
        ],
    ),
    (
        "Pell garden",
        [
            (
                GARDEN,
                [
                    asked("With what do visitors of the garden pay?", "seeds"),
                    asked("Who is the gardener in Pell?", "Ima Roth"),
                    asked("When does the garden in Pell close?"),
                ],
            )
        ],
    ),
    (
        "Sunder mill",
        [
            (
                MILL,
                [
                    asked("What does the mill of Sunder make paper from?", "hemp and rags", "hemp"),
                    asked("How long does a sheet of paper dry?", "two days"),
                ],
            )
        ],
    ),
)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question file of four articles in SQuAD's format."""
    file = tmp_path_factory.mktemp("questions") / "home.json"
    file.write_text(squad(*ARTICLES[:4]), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def away(home: Path) -> Path:
    """Another, of three, one of which is in the first one too."""
    file = home.with_name("away.json")
    file.write_text(squad(*ARTICLES[3:]), encoding="utf-8")
    assert len(json.loads(file.read_text(encoding="utf-8"))["data"]) == 3
    return file
