"""What tests share: small folders of documents, and an encoder that needs no model."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "var" / "models"
"""Where models are kept as they are run: each is exported once for all tests and their processes."""

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["DOCENT_SERVING__FOLDER"] = str(MODELS)

from bot.engine import Engine
from bot.settings import Settings, load
from index import graphs
from index.catalogue import MINILM
from index.serving import ServedEncoder
from tests.words_encoder import WordsEncoder

hypothesis.settings.register_profile("docent", deadline=None)  # a busy machine is no failure
hypothesis.settings.register_profile("fast", hypothesis.settings.get_profile("docent"), max_examples=10)
hypothesis.settings.load_profile("docent")

UNTRACED = {"COVERAGE_PROCESS_CONFIG": ""}
"""For processes whose pace is the point, which tracing would slow down, or whose killing loses the trace.

Other tests cover the same lines.
"""
TRACED = {name: os.environ.get(name, "") for name in UNTRACED}
"""For processes that coverage is to see, if it looks."""

TRACED_EXAMPLES = 20
"""Of a property, that coverage sees: all of them would take it three times as long."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Properties run without coverage's tracer but for their first examples."""
    tracer = sys.gettrace()
    run = getattr(getattr(item, "obj", None), "hypothesis", None)
    if tracer is None or run is None:
        return (yield)
    test = run.inner_test
    sys.settrace(None)
    try:
        run.inner_test = _first_traced(test, tracer)
        return (yield)
    finally:
        run.inner_test = test
        sys.settrace(tracer)


def _first_traced(test: Callable[..., None], tracer: Any) -> Callable[..., None]:
    """A test that the tracer sees a few times. It is set and unset in one frame, for its stack of frames."""
    left = TRACED_EXAMPLES

    @functools.wraps(test)
    def traced(*args: Any, **given: Any) -> None:
        nonlocal left
        if left == 0 or sys.gettrace() is not None:  # hypothesis traces what fails
            return test(*args, **given)
        left -= 1
        sys.settrace(tracer)
        try:
            return test(*args, **given)
        finally:
            sys.settrace(None)

    return traced


def exact_to(most: float, in_16_bits: float) -> float:
    """By how much what a graph says may differ: by more where the processor computes in 16 bits."""
    precision = graphs._core().get_property("CPU", "INFERENCE_PRECISION_HINT")
    return most if precision.to_string() == "f32" else in_16_bits


MINUTES = """\
# Minutes of the garden club

The meeting was held in the village hall on 3 May 2024.

## Attendance

Alice Archer, Bob Baker and Carol Cook attended the meeting.
Dora Dean sent her apologies.

## Decisions

The club bought a new greenhouse for 900 euros. It will stand behind the school.
"""

RECIPE = """\
Onion soup

Slice six onions and fry them in butter until they are brown.

Add a litre of beef stock and let the soup simmer for half an hour. Serve it with toasted bread.
"""

LETTER = """\
Dear Miriam,

the ferry to Iceland leaves from Hirtshals on Tuesday. The crossing takes two days.

We packed warm clothes, since the wind on deck is cold even in July.
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of three small documents."""
    folder = tmp_path / "docs"
    (folder / "letters").mkdir(parents=True)
    (folder / "minutes.md").write_text(MINUTES, encoding="utf-8")
    (folder / "soup.txt").write_text(RECIPE, encoding="utf-8")
    (folder / "letters" / "ferry.txt").write_text(LETTER, encoding="utf-8")
    return folder


@pytest.fixture
def settings(docs: Path, tmp_path: Path) -> Settings:
    """Settings for those documents, with all state below the test's own folder."""
    return load(
        flags={
            "documents.folder": docs,
            "state.folder": str(tmp_path / "state"),
            "encoder.model": MINILM.name,  # what most tests are about needs not even that,
            "reader.model": "none",  # nor a reader
            "answer.threshold": 0.14,  # the words' cosines are lower than a model's
        }
    )


@pytest.fixture
def encoder() -> WordsEncoder:
    """The encoder that needs no model."""
    return WordsEncoder()


@pytest.fixture
def engine(settings: Settings, encoder: WordsEncoder) -> Engine:
    """An engine over those documents with its index built."""
    engine = Engine(settings, encoder)
    engine.build()
    return engine


@pytest.fixture(scope="session")
def real_encoder(tmp_path_factory: pytest.TempPathFactory) -> ServedEncoder:
    """The embedded model, loaded once for all tests."""
    state = tmp_path_factory.mktemp("state")
    flags = {"state.folder": str(state), "serving.folder": str(MODELS), "encoder.model": MINILM.name}
    return ServedEncoder(load(flags=flags))
