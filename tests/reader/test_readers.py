"""The readers that settings name: Docent's own with weights of our own, and those of transformers."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertModel,
    PreTrainedModel,
)

from bot.reader import model, readers
from bot.reader.model import Network, pack, untrained
from bot.reader.readers import HuggingFaceReader, OwnReader, learned_by, readers_of
from bot.reader.reading import Reader, Reading
from bot.reader.together import Readers
from bot.settings import Settings, load
from index import catalogue, exporting, graphs
from index.errors import ModelError
from tests.conftest import ROOT, exact_to
from tests.reader.words import WordReader

QUESTION = "Who built the lighthouse?"
PASSAGES = [
    "Sailors call it the Old Candle, and on clear nights it is seen from thirty miles away.",
    "Ada Holm built it.",
    "",
    "No.",
    "It was built in 1871.",
    "Three keepers shared the work until an electric motor took the place of the clockwork.",
]
LONG = "The ferry leaves on Tuesday. " * 300


def chosen(settings: Settings, name: object, backend: str = "auto") -> Settings:
    serving = replace(settings.serving, backend=backend)  # type: ignore[arg-type]
    return replace(settings, serving=serving, reader=replace(settings.reader, model=str(name)))


@pytest.fixture(scope="module")
def graphs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture
def settings(settings: Settings, graphs_folder: Path) -> Settings:
    """Every network is exported once for all tests here."""
    return replace(settings, serving=replace(settings.serving, folder=str(graphs_folder)))


Named = Callable[..., HuggingFaceReader]


@pytest.fixture
def named(settings: Settings) -> Named:
    """A reader of transformers by its name."""
    return lambda name, backend="auto": HuggingFaceReader(chosen(settings, name, backend))


@pytest.fixture(scope="module")
def trained(tiny: Path) -> Network:
    torch.manual_seed(1)
    return untrained(tiny).eval()


@pytest.fixture
def own(
    settings: Settings, tiny: Path, trained: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> OwnReader:
    """Docent's own reader, as if it had been trained from the tiny encoder."""
    weights = tmp_path / "reader.safetensors"
    save_file(pack(trained), weights)
    checksum = weights.with_suffix(".sha256")
    checksum.write_text(f"{sha256(weights.read_bytes()).hexdigest()}  {weights.name}\n", encoding="ascii")
    weights.with_suffix(".json").write_bytes(msgspec.json.encode({"base": "tiny", "articles": []}))
    monkeypatch.setitem(readers.SHIPPED, "docent", weights)
    monkeypatch.setattr(readers.models, "folder_of", lambda _: tiny)
    return OwnReader(settings, "docent")


def weights() -> Path:
    """Those of ``own``."""
    return readers.SHIPPED["docent"]


Save = Callable[..., Path]


@pytest.fixture
def save(tiny: Path, tmp_path: Path) -> Save:
    """Saves a model of transformers with random weights, beside a tokenizer; returns its folder."""

    def save(kind: type[PreTrainedModel], name: str = "model", **more: object) -> Path:
        folder = tmp_path / name
        shutil.copytree(tiny, folder)
        torch.manual_seed(2)
        kind(BertConfig.from_pretrained(tiny, **more)).save_pretrained(folder)
        return folder

    return save


pytestmark = pytest.mark.slow  # networks are made and exported
# By how much a graph may differ, whose weights are rounded to 16 bits:
IN_16_BITS = exact_to(2e-3, in_16_bits=0.03)
# And from itself, where others were read with it, padded to their length:
TOGETHER = exact_to(1e-4, in_16_bits=5e-3)


def same(one: Reading, other: Reading, but: float = 1e-4) -> bool:
    """But for what rounding does."""
    return (
        one.answers == pytest.approx(other.answers, abs=but)
        and one.offsets.tolist() == other.offsets.tolist()
        and np.allclose(one.starts, other.starts, atol=but)
        and np.allclose(one.ends, other.ends, atol=but)
    )


def is_well_formed(reading: Reading, passage: str) -> bool:
    inside = reading.offsets[:, 0] >= 0
    assert np.isfinite(reading.answers)
    assert len(reading.starts) == len(reading.ends) == len(reading.offsets)
    for side in (reading.starts, reading.ends):
        assert (side[~inside] == 0).all() or not inside.any()
        assert side.sum() == pytest.approx(float(inside.any()), abs=1e-4)
    assert (reading.offsets[inside] <= len(passage)).all()
    return bool(inside.any())


def refusal(reader: Reader) -> str:
    with pytest.raises(ModelError) as error:
        reader.read(QUESTION, PASSAGES)
    return str(error.value)


# ------------------------------------------------------------------------------------ which reader


def test_the_settings_name_the_reader(settings: Settings, tmp_path: Path):
    assert readers_of(chosen(settings, "none")) == (None, None)
    assert isinstance(readers_of(chosen(settings, "docent")).usual, OwnReader)
    other = readers_of(chosen(settings, tmp_path / "model")).usual
    assert isinstance(other, HuggingFaceReader)
    assert other.name == str(tmp_path / "model")


def test_english_may_be_read_by_two(settings: Settings):
    both = chosen(settings, "docent-english+docent-e5")
    found = readers_of(both)
    assert [reader and reader.name for reader in found] == ["docent-e5", "docent-english+docent-e5"]
    assert found.of(QUESTION, ["en", "en"]) is found.english
    for languages in (["en", "de"], ["de"], ["en", ""], []):
        assert found.of(QUESTION, languages) is found.usual
    assert found.of("Wer hat den Leuchtturm gebaut?", ["en"]) is found.usual
    assert found.wanted(("en",)) == [found.english]
    assert found.wanted(("de", "fr")) == [found.usual]
    assert found.wanted(("de", "en")) == found.wanted(()) == [found.english, found.usual]
    own, e5 = (chosen(settings, name) for name in ("docent-english", "docent-e5"))
    assert learned_by(both) == learned_by(own) | learned_by(e5)
    names = [reader and reader.name for reader in readers.both(settings, ours="docent-e5")]
    assert names == ["docent-e5", "docent-e5+docent-english"]  # whose tokens the readings have comes first


def test_one_reader_reads_every_language():
    usual = WordReader({})
    one = Readers(usual)
    assert one.of(QUESTION, ["en"]) is one.of(QUESTION, ["de"]) is usual
    assert one.wanted(("en",)) == one.wanted(()) == [usual]
    assert (Readers(None).of(QUESTION, ["en"]), Readers(None).wanted(())) == (None, [])
    assert (one.fingerprint, Readers(None).fingerprint) == (usual.fingerprint, "none")


def test_nothing_is_loaded_before_something_is_read(tmp_path: Path, own: OwnReader):
    script = (
        "import sys\n"
        "from bot.reader import readers\n"
        "from bot.settings import load\n"
        f"flags = {{'state.folder': {str(tmp_path)!r}}}\n"
        f"readers.SHIPPED['docent'] = readers.Path({str(weights())!r})\n"
        "for name in ('docent', 'none', 'some/model'):\n"
        "    reader = readers.readers_of(load(flags={**flags, 'reader.model': name})).usual\n"
        "    if name == 'docent':\n"
        "        print(reader.fingerprint)\n"
        "print({'torch', 'transformers', 'tokenizers', 'huggingface_hub', 'numpy'} & sys.modules.keys())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == f"{own.fingerprint}\nset()\n"


def test_what_the_reader_learned_from_is_known_of_docents_own(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    card = tmp_path / "reader.json"
    card.write_bytes(msgspec.json.encode({"seed": 1, "history": [], "articles": ["Oxygen", "Ronsund"]}))
    monkeypatch.setitem(readers.SHIPPED, "docent", card.with_suffix(".safetensors"))
    assert learned_by(chosen(settings, "docent")) == {"Oxygen", "Ronsund"}
    for name in ("none", "some/model"):
        assert learned_by(chosen(settings, name)) == frozenset()


@pytest.mark.parametrize(
    ("name", "base", "megabytes"),
    [
        ("docent", "all-MiniLM-L6-v2", 12),
        ("docent-e5", "multilingual-e5-small", 25),
        ("docent-english", "all-MiniLM-L6-v2", 25),
    ],
)
def test_what_is_shipped_is_whole_and_small(settings: Settings, name: str, base: str, megabytes: int):
    reader = OwnReader(settings, name)
    assert reader.name == name
    assert reader.fingerprint == sha256(readers.SHIPPED[name].read_bytes()).hexdigest()
    assert readers.SHIPPED[name].stat().st_size < megabytes * 1e6
    assert readers._training(readers.SHIPPED[name].with_suffix(".json")).base == base
    assert "Oxygen" in learned_by(chosen(settings, name))
    assert not {"Geology", "Huguenot", "Teacher"} & learned_by(chosen(settings, name))


# --------------------------------------------------------------------------------------- docent's own


def test_passages_are_read_in_their_order(own: OwnReader):
    readings = own.read(QUESTION, PASSAGES)
    assert [is_well_formed(*pair) for pair in zip(readings, PASSAGES, strict=True)] == [
        bool(p) for p in PASSAGES
    ]
    for passage, reading in zip(PASSAGES, readings, strict=True):
        assert same(reading, own.read(QUESTION, [passage])[0], TOGETHER)
    assert len({round(reading.answers, 5) for reading in readings}) == len(PASSAGES)
    assert own.read(QUESTION, []) == []


@given(lengths=st.lists(st.integers(8, 600), max_size=40))
def test_batches_hold_so_many_tokens_at_most(lengths: list[int]):
    batches = list(readers._batches(lengths))
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert [len(batch) for batch in batches if not batch] == []
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[number] for number in batch) <= 512


def test_spans_are_words_of_the_passage(own: OwnReader):
    for passage, reading in zip(PASSAGES, own.read(QUESTION, PASSAGES), strict=True):
        span = reading.best(0, len(passage))
        assert (span is not None) == bool(passage)
        if span is not None:
            assert passage[span.start : span.end].strip() == passage[span.start : span.end] != ""
            assert 0 < span.share <= reading.share(0, len(passage)) <= 1.0001


def test_long_questions_and_passages_are_read_in_part(own: OwnReader):
    [reading] = own.read(QUESTION, [LONG])
    assert is_well_formed(reading, LONG)
    assert reading.best(len(LONG) - 100, len(LONG)) is None
    assert reading.share(len(LONG) - 100, len(LONG)) == 0
    for character in ("why ", "한 ", "x"):
        assert is_well_formed(own.read(character * 1000, [PASSAGES[1]])[0], PASSAGES[1])


def test_the_fingerprint_is_that_of_the_weights(own: OwnReader, settings: Settings, trained: Network):
    assert own.fingerprint == sha256(weights().read_bytes()).hexdigest()
    [before] = own.read(QUESTION, ["No."])
    packed = pack(trained)
    packed["answers.bias"] = packed["answers.bias"] + 1
    save_file(packed, weights())
    weights().with_suffix(".sha256").write_text(sha256(weights().read_bytes()).hexdigest(), encoding="ascii")
    other = OwnReader(settings, "docent")
    [after] = other.read(QUESTION, ["No."])
    assert other.fingerprint != own.fingerprint
    assert after.answers == pytest.approx(before.answers + 1, abs=1e-2)


@pytest.mark.parametrize("backend", ["auto", "torch"])
def test_threads_share_it_and_it_is_loaded_once(
    own: OwnReader, settings: Settings, monkeypatch: pytest.MonkeyPatch, backend: str
):
    own.read(QUESTION, [])
    own = OwnReader(chosen(settings, "docent", backend), "docent")
    loaded: list[object] = []
    made, opened = model.trained, readers.Graph
    monkeypatch.setattr(model, "trained", lambda *given: loaded.append(given[0]) or made(*given))
    monkeypatch.setattr(readers, "Graph", lambda at, **how: loaded.append(at) or opened(at, **how))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda passage: own.read(QUESTION, [passage])[0], PASSAGES * 4))
    assert len(loaded) == 1
    for reading, passage in zip(together, PASSAGES * 4, strict=True):
        assert same(reading, own.read(QUESTION, [passage])[0])


def test_a_graph_reads_as_torch_does_and_without_it(own: OwnReader, settings: Settings, tiny: Path):
    by_graph = own.read(QUESTION, PASSAGES)
    by_torch = OwnReader(chosen(settings, "docent", "torch"), "docent").read(QUESTION, PASSAGES)
    assert all(same(*pair, IN_16_BITS) for pair in zip(by_graph, by_torch, strict=True))
    script = (
        "import sys\n"
        "from bot.reader import readers\n"
        "from bot.settings import load\n"
        f"readers.SHIPPED['docent'] = readers.Path({str(weights())!r})\n"
        f"flags = {{'serving.folder': {settings.serving.folder!r}, 'reader.model': 'docent'}}\n"
        "reader = readers.OwnReader(load(flags=flags), 'docent')\n"
        f"print(reader.read({QUESTION!r}, [{PASSAGES[1]!r}])[0].answers)\n"
        "print({'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    answers, modules = run.stdout.splitlines()
    assert modules == "set()"
    assert float(answers) == pytest.approx(by_torch[1].answers, abs=IN_16_BITS)


def test_what_cannot_be_exported_is_read_by_torch(
    own: OwnReader, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    def refuse(*_: object) -> None:
        raise graphs.NotExported("it is too odd")

    expected = own.read(QUESTION, PASSAGES[:2])
    monkeypatch.setattr(exporting, "export", refuse)
    serving = replace(settings.serving, folder=str(tmp_path / "others"))
    found = OwnReader(replace(settings, serving=serving), "docent").read(QUESTION, PASSAGES[:2])
    assert all(same(*pair, IN_16_BITS) for pair in zip(found, expected, strict=True))
    assert "the reader docent runs by torch, which is slower: it is too odd." in caplog.text


@pytest.mark.parametrize(
    "damage",
    [
        lambda: weights().write_bytes(weights().read_bytes()[:-1]),
        lambda: weights().write_bytes(b""),
        lambda: weights().with_suffix(".sha256").write_text("0" * 64, encoding="ascii"),
        lambda: weights().with_suffix(".sha256").write_text("", encoding="ascii"),
    ],
    ids=["cut", "empty", "other checksum", "empty checksum"],
)
def test_damaged_weights_are_refused(own: OwnReader, damage: Callable[[], object]):
    damage()
    assert refusal(own) == (
        f"The reader's weights {weights()} are damaged: their checksum is not the expected one. "
        'Install Docent anew, or set reader.model to "none".'
    )


@pytest.mark.parametrize("missing", [".safetensors", ".sha256"])
def test_missing_weights_are_refused(own: OwnReader, missing: str):
    weights().with_suffix(missing).unlink()
    assert refusal(own) == (
        f"The reader's weights {weights()} cannot be read (No such file or directory). "
        'Install Docent anew, or set reader.model to "none".'
    )


# ---------------------------------------------------------------------------------- of transformers


def test_a_question_answering_model(save: Save, named: Named):
    folder = save(BertForQuestionAnswering)
    reader = named(folder)
    readings = reader.read(QUESTION, PASSAGES)
    assert [is_well_formed(*pair) for pair in zip(readings, PASSAGES, strict=True)] == [
        bool(p) for p in PASSAGES
    ]
    assert len({round(reading.answers, 5) for reading in readings}) == len(PASSAGES)
    ada = readings[1]
    assert [PASSAGES[1][start:end] for start, end in ada.offsets.tolist() if start >= 0] == [
        "Ada", "Holm", "built", "it", ".",
    ]  # fmt: skip
    network = BertForQuestionAnswering.from_pretrained(folder).eval()
    tokens = AutoTokenizer.from_pretrained(folder)(QUESTION, PASSAGES[1], return_tensors="pt")
    with torch.inference_mode():
        said = network(**tokens)
    inside = tokens["token_type_ids"][0].bool()
    inside[-1] = False  # the mark at the end
    starts, ends = said.start_logits[0], said.end_logits[0]
    assert ada.answers == pytest.approx(
        float(starts[inside].max() + ends[inside].max() - starts[0] - ends[0]), abs=IN_16_BITS
    )
    np.testing.assert_allclose(ada.starts[inside.numpy()], starts[inside].softmax(0).numpy(), atol=IN_16_BITS)


@pytest.mark.parametrize("labels", [1, 2])
def test_a_cross_encoder_points_at_no_words(save: Save, named: Named, labels: int):
    folder = save(BertForSequenceClassification, num_labels=labels)
    reader = named(folder)
    network = BertForSequenceClassification.from_pretrained(folder).eval()
    words = AutoTokenizer.from_pretrained(folder)
    for passage, reading in zip(PASSAGES, reader.read(QUESTION, PASSAGES), strict=True):
        with torch.inference_mode():
            logits = network(**words([QUESTION], [passage], return_tensors="pt")).logits[0]
        expected = logits[0] if labels == 1 else logits[1] - logits[0]
        assert reading.answers == pytest.approx(float(expected), abs=IN_16_BITS)
        assert reading.best(0, len(passage)) is None
        assert (len(reading.starts), len(reading.ends), reading.offsets.shape) == (0, 0, (0, 2))


@pytest.mark.parametrize("kind", [BertForQuestionAnswering, BertForSequenceClassification])
@pytest.mark.parametrize("knows_its_length", [True, False])
@pytest.mark.parametrize(
    ("question", "passage"),
    [(QUESTION, LONG), ("why " * 1000, "No."), ("why " * 1000, LONG)],
    ids=["long", "why", "both"],
)
def test_what_is_too_long_is_cut(
    save: Save,
    named: Named,
    kind: type[PreTrainedModel],
    knows_its_length: bool,
    question: str,
    passage: str,
):
    folder = save(kind)
    if not knows_its_length:  # as with many models of the hub
        file = folder / "tokenizer_config.json"
        said = json.loads(file.read_text(encoding="utf-8"))
        said.pop("model_max_length")
        file.write_text(json.dumps(said), encoding="utf-8")
    [reading] = named(folder).read(question, [passage])
    assert is_well_formed(reading, passage) == (kind is BertForQuestionAnswering)


def test_the_fingerprint_of_a_folder_is_that_of_its_files(save: Save, named: Named, settings: Settings):
    one, other = save(BertForQuestionAnswering, "one"), save(BertForQuestionAnswering, "other")
    prints = [named(folder).fingerprint for folder in (one, other)]
    assert prints[0] == prints[1]
    (other / "config.json").write_text("{}", encoding="utf-8")
    assert named(other).fingerprint != prints[0]
    assert (settings.state_folder() / "models.json").exists()


def test_threads_share_a_model_of_transformers(save: Save, named: Named):
    reader = named(save(BertForQuestionAnswering))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda passage: reader.read(QUESTION, [passage])[0], PASSAGES * 2))
    for reading, passage in zip(together, PASSAGES * 2, strict=True):
        assert same(reading, reader.read(QUESTION, [passage])[0])


def test_a_model_without_safetensors_is_refused(save: Save, named: Named):
    folder = save(BertForQuestionAnswering)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert refusal(named(folder)).startswith(
        f"The model in {folder} has no .safetensors weights. Docent loads no other kind; "
    )


@pytest.mark.parametrize("broken", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_model_that_cannot_be_loaded_says_why(save: Save, named: Named, broken: str):
    folder = save(BertForQuestionAnswering)
    (folder / broken).write_bytes(b"{broken")
    said = refusal(named(folder))
    assert said.startswith(f"The reader in {folder} cannot be loaded: ")
    assert len(said.splitlines()) == 1


def test_a_model_that_was_not_made_to_read_is_refused(save: Save, named: Named):
    """Its head would be drawn by chance, and its answers with it."""
    folder = save(BertModel)
    said = refusal(named(folder))
    assert said.startswith(f"The reader in {folder} ")


def test_a_model_that_is_not_there_is_named(named: Named):
    said = refusal(named("no-such/reader"))
    assert said.startswith("The model 'no-such/reader' is not on this machine and HF_HUB_OFFLINE forbids")


@pytest.mark.parametrize(
    ("encoder", "installed", "name"),
    [
        ("auto", True, "docent-e5"),
        ("auto", False, "docent"),
        ("all-MiniLM-L6-v2", True, "docent"),
        ("multilingual-e5-small", True, "docent-e5"),
        ("multilingual-e5-small+all-MiniLM-L6-v2", True, "docent-e5"),
        ("/models/of-mine", True, "docent"),
    ],
)
def test_by_default_the_reader_goes_with_the_encoder(
    encoder: str, installed: bool, name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catalogue.Model, "is_installed", installed)
    flags = {"encoder.model": encoder, "reader.model": "auto"}
    assert readers.name_of(load(flags=flags)) == name
    assert readers.name_of(load(flags=flags | {"reader.model": "none"})) == "none"
